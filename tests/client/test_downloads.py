"""Bytes of files: fetched without the key, again from the start when the connection was lost, never half kept."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

import runfolio
from runfolio import File
from runfolio._generated import FileFields
from runfolio._sync.transport import Transport

DATA = b"0123456789"
URL = "http://store.example.org/objects/download/permission/model.bin?signature=permission"


class LostConnection(httpx.SyncByteStream):
    """Half of the bytes, then nothing more."""

    def __iter__(self) -> Iterator[bytes]:
        yield DATA[:5]
        raise httpx.ReadError("lost")


class Store:
    """Answers with these in turn, the last one again and again; keeps the requests."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def file_in(store: Store, name: str = "model.bin") -> File:
    """A file whose bytes are in the store."""
    fields = FileFields(
        digest=None,
        id="x",
        name=name,
        sizeBytes=len(DATA),
        mimetype=None,
        md5=base64.b64encode(hashlib.md5(DATA).digest()).decode(),
        updatedAt=datetime(2026, 1, 1, tzinfo=UTC),
        directUrl=URL,
    )
    transport = httpx.MockTransport(store)
    return File(fields, Transport("http://server.example.org", "secret", timeout_s=5, transport=transport))


def test_the_key_is_not_sent_to_where_the_bytes_are() -> None:
    store = Store(httpx.Response(200, content=DATA))

    assert DATA == file_in(store).read()
    assert "Authorization" not in store.requests[0].headers


def test_the_server_may_lead_to_the_store_that_has_the_bytes() -> None:
    elsewhere = "https://bucket.example.net/object?X-Amz-Signature=permission"
    store = Store(httpx.Response(302, headers={"Location": elsewhere}), httpx.Response(200, content=DATA))

    assert DATA == file_in(store).read()
    assert [URL, elsewhere] == [str(request.url) for request in store.requests]
    assert "Authorization" not in store.requests[1].headers


def test_a_lost_connection_is_made_up_for_from_the_start(tmp_path: Path) -> None:
    busy = httpx.Response(503, headers={"Retry-After": "0"})
    store = Store(busy, httpx.Response(200, stream=LostConnection()), httpx.Response(200, content=DATA))

    path = file_in(store).download(tmp_path)

    assert DATA == path.read_bytes()
    assert 3 == len(store.requests)


def test_a_refusal_is_told_without_the_permission_and_leaves_nothing(tmp_path: Path) -> None:
    store = Store(httpx.Response(403, text="<Error>expired</Error>"))

    with pytest.raises(runfolio.PermissionDeniedError, match=r"http://store\.example\.org answered 403") as caught:
        file_in(store).download(tmp_path)

    assert "permission" not in str(caught.value)
    assert [] == list(tmp_path.iterdir())


def test_a_name_that_leads_elsewhere_is_not_even_fetched(tmp_path: Path) -> None:
    store = Store(httpx.Response(200, content=DATA))

    with pytest.raises(runfolio.DownloadError, match="not a relative path"):
        file_in(store, "../../.bashrc").download(tmp_path)
    assert [] == store.requests
