"""Keys of objects: one spelling each, under their owner, and nothing else is one."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import Owner, OwnerKind
from runfolio_server.objects.mark import PREFIX

RUN = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
NAME = "0a1b2c3d-4e5f-4a6b-8c7d-9e8f00112233"


@given(st.sampled_from(OwnerKind), st.uuids(), st.uuids())
def test_a_key_is_read_from_its_text(kind: OwnerKind, owner_id: UUID, name: UUID) -> None:
    key = ObjectKey(Owner(kind, owner_id), name)

    assert key == ObjectKey.parse(str(key))
    assert f"{kind.value}/{owner_id}/{name}" == str(key)


def test_an_owner_gets_a_new_key_for_each_object() -> None:
    owner = Owner(OwnerKind.RUN, UUID(RUN))

    keys = [ObjectKey.fresh(owner) for _ in range(100)]

    assert {owner} == {key.owner for key in keys}
    assert 100 == len({str(key) for key in keys})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "run",
        f"run/{RUN}",
        f"run/{RUN}/",
        f"run/{RUN}/{NAME}/",
        f"run/{RUN}/{NAME}/{NAME}",
        f"/run/{RUN}/{NAME}",
        f"run//{RUN}/{NAME}",
        f"run/{RUN}/{NAME}\n",
        f"run/{RUN}/{NAME}#1",
        f"run/{RUN.upper()}/{NAME}",
        f"run/{RUN.replace('-', '')}/{NAME}",
        f"run/{{{RUN}}}/{NAME}",
        f"run/{RUN}/a.txt",
        f"run/{RUN}/..",
        f"run/../{NAME}",
        f"run/٦{RUN[1:]}/{NAME}",
        f"runs/{RUN}/{NAME}",
        f"RUN/{RUN}/{NAME}",
        f"sweep/{RUN}/{NAME}",
        f"database/{RUN}/{NAME}",
        f"{RUN}/{NAME}",
    ],
)
def test_any_other_text_and_any_unknown_kind_of_owner_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not the key of an object; allowed: run, entity/UUID/UUID"):
        ObjectKey.parse(text)


def test_no_owner_has_the_place_where_databases_leave_their_mark() -> None:
    assert PREFIX not in set(OwnerKind)
