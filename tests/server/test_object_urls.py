"""What a signed URL is for: nothing in it can be changed, and it counts no longer than what it leads to."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import Owner, OwnerKind
from runfolio_server.objects.signing import UploadGrant
from tests.server.object_server import BASE_URL, CONTENT, OBJECT_KEY, ObjectServer, message_of

pytestmark = pytest.mark.anyio

MD5 = base64.b64encode(hashlib.md5(CONTENT).digest()).decode()
OTHER_RUN = ObjectKey(Owner(OwnerKind.RUN, UUID(int=7)), UUID(int=8))
ISSUED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _changed(url: str, index: int, value: object) -> str:
    """The URL with another claim in its token, under the signature that was there."""
    before, _, token = url.partition("load/")
    token, slash, name = token.partition("/")
    payload, _, signature = token.partition(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims[index] != value
    claims[index] = value
    text = json.dumps(claims, separators=(",", ":")).encode()
    return f"{before}load/{base64.urlsafe_b64encode(text).rstrip(b'=').decode()}.{signature}{slash}{name}"


CHANGES = {"expiry": (0, 4_000_000_000), "path": (1, str(OTHER_RUN)), "name": (2, "b.txt")}


@pytest.mark.parametrize("what", [*CHANGES, "time", "digest", "size"])
async def test_an_upload_url_with_one_part_changed_is_forbidden(server: ObjectServer, what: str) -> None:
    more = {"time": (3, "2027-01-01T00:00:00+00:00"), "digest": (4, MD5), "size": (5, len(CONTENT))}
    index, value = (CHANGES | more)[what]

    answer = await server.http.put(_changed(server.upload_url(), index, value), content=CONTENT)

    assert (answer.status_code, await server.files()) == (403, [])
    assert "damaged" in message_of(answer)


@pytest.mark.parametrize("what", [*CHANGES, "artifact"])
async def test_a_download_url_with_one_part_changed_is_forbidden(server: ObjectServer, what: str) -> None:
    await server.http.put(server.upload_url(), content=CONTENT)
    index, value = (CHANGES | {"artifact": (3, 9)})[what]

    answer = await server.http.get(_changed(server.download_url(), index, value))

    assert answer.status_code == 403
    assert "damaged" in message_of(answer)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PATCH"])
async def test_an_upload_url_takes_no_other_method(server: ObjectServer, method: str) -> None:
    answer = await server.http.request(method, server.upload_url(), content=CONTENT)

    assert (answer.status_code, answer.headers["Allow"], await server.files()) == (405, "PUT", [])


def _sized(server: ObjectServer, size: int | None, md5: str | None = None) -> str:
    return server.signer.upload_url(BASE_URL, UploadGrant(OBJECT_KEY, "a.txt", ISSUED_AT, md5, size))


@pytest.mark.parametrize("off_by", [-1, 1])
async def test_a_url_for_a_size_takes_no_other_however_the_body_comes(server: ObjectServer, off_by: int) -> None:
    async def without_a_length() -> AsyncIterator[bytes]:
        yield CONTENT

    url = _sized(server, len(CONTENT) + off_by)
    told = await server.http.put(url, content=CONTENT)
    counted = await server.http.put(url, content=without_a_length())

    assert (told.status_code, message_of(told)) == (
        403,
        f"The file has 1024 bytes; this upload URL is for one of {1024 + off_by}.",
    )
    assert counted.status_code == (413 if off_by < 0 else 403)
    assert (await server.files(), server.registered) == ([], [])
    assert 200 == (await server.http.put(_sized(server, len(CONTENT)), content=CONTENT)).status_code


async def test_a_url_for_a_digest_takes_no_other_bytes(server: ObjectServer) -> None:
    url = _sized(server, None, MD5)
    other = base64.b64encode(hashlib.md5(b"other").digest()).decode()

    wrong = await server.http.put(url, content=b"other")
    named = await server.http.put(url, content=b"other", headers={"Content-MD5": other})
    lied = await server.http.put(url, content=b"other", headers={"Content-MD5": MD5})

    assert [400, 403, 400] == [wrong.status_code, named.status_code, lied.status_code]
    assert f"this upload URL is for a file with MD5 {MD5}" in message_of(named)
    assert (await server.files(), server.registered) == ([], [])
    assert 200 == (await server.http.put(url, content=CONTENT)).status_code


async def test_the_answer_to_an_upload_has_the_digest_of_what_was_stored(server: ObjectServer) -> None:
    answer = await server.http.put(server.upload_url(), content=CONTENT)

    assert f'"{hashlib.md5(CONTENT).hexdigest()}"' == answer.headers["ETag"]


async def test_what_an_owner_no_longer_has_is_neither_given_nor_taken(server: ObjectServer) -> None:
    await server.http.put(server.upload_url(), content=CONTENT)
    kept = await server.files()
    server.gone.add("a.txt")

    async def never_read() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    answers = [
        await server.http.get(server.download_url()),
        await server.http.head(server.download_url()),
        await server.http.get(server.download_url(), headers={"Range": "bytes=0-1"}),
        await server.http.put(server.upload_url(), content=never_read()),
    ]

    assert [403] * 4 == [answer.status_code for answer in answers]
    assert kept == await server.files()
