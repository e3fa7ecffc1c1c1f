"""Node ids: they come back, hold nothing from a user, and go into a URL."""

from __future__ import annotations

import base64
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.errors import AppError
from runfolio_server.graph.relay.node_ids import (
    decode_member,
    decode_node_id,
    decode_uuid,
    encode_member_id,
    encode_node_id,
)

TYPES = st.sampled_from(["Run", "Project", "Entity", "User", "File", "ApiKey"])


@given(TYPES, st.integers(0, 2**63 - 1) | st.uuids())
def test_a_node_id_comes_back_and_has_no_slash(type_name: str, key: int | UUID) -> None:
    node_id = encode_node_id(type_name, key)

    assert (type_name, str(key)) == decode_node_id(node_id)
    assert not set(node_id) & set("/\\#?%:")


def test_a_uuid_comes_back_for_its_own_type_only() -> None:
    run_id = uuid4()

    assert run_id == decode_uuid("Run", encode_node_id("Run", run_id))
    with pytest.raises(AppError, match="is not the id of a File"):
        decode_uuid("File", encode_node_id("Run", run_id))


def test_a_member_comes_back_with_its_owner_and_is_no_node_of_its_own() -> None:
    run_id, file_id = uuid4(), uuid4()

    assert (run_id, file_id) == decode_member("File", encode_member_id("File", run_id, file_id))
    with pytest.raises(AppError, match="is not the id of a File"):
        decode_uuid("File", encode_member_id("File", run_id, file_id))
    with pytest.raises(AppError, match="is not the id of a File"):
        decode_member("File", encode_node_id("File", file_id))


@pytest.mark.parametrize(
    "node_id",
    [
        "",
        "Run",
        "ü",
        "\ud800",
        "\0",
        "====",
        "5",
        "A" * 100_000,
        base64.b64encode(b"Run").decode(),
        base64.b64encode(b"Run:").decode(),
        base64.b64encode(b"Run:7").decode(),
        base64.b64encode(b"Run:\xff").decode(),
        base64.b64encode(b":5b1f3f0e-6a4e-5d0c-9d5c-7a9a3c2f8e11").decode(),
        "UnVuOg==\n",
    ],
)
def test_anything_else_is_refused_shortly(node_id: str) -> None:
    with pytest.raises(AppError) as refused:
        decode_uuid("Run", node_id)

    assert "id" == refused.value.path
    assert len(refused.value.message) < 1000
