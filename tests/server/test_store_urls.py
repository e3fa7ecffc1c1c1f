"""Large files of a cloud's store are fetched from the store itself, by URLs that it signs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from runfolio_server.objects.store import SIGNED_FOR_S
from tests.bucket import Buckets
from tests.server.object_server import ObjectServer, open_object_server

pytestmark = pytest.mark.anyio

LARGE = b"0123456789" * 10
SMALL = LARGE[:-1]
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def cloud(buckets: Buckets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ObjectServer]:
    """The object routes over S3, whose store gives files from 100 bytes on."""
    for name, value in buckets.environment.items():
        monkeypatch.setenv(name, value)
    async with open_object_server(tmp_path, buckets.make(), store_download_bytes=str(len(LARGE))) as opened:
        yield opened


async def test_a_download_of_a_large_file_leads_to_the_store_for_a_minute(cloud: ObjectServer) -> None:
    await cloud.http.put(cloud.upload_url("page.html"), content=LARGE)

    answer = await cloud.http.get(cloud.download_url("page.html"))
    location = answer.headers["Location"]

    assert (302, "no-store", b"") == (answer.status_code, answer.headers["Cache-Control"], answer.content)
    assert [str(SIGNED_FOR_S)] == parse_qs(urlsplit(location).query)["X-Amz-Expires"]
    async with httpx.AsyncClient() as http:
        whole = await http.get(location)
        part = await http.get(location, headers={"Range": "bytes=10-19"})
    assert (200, LARGE) == (whole.status_code, whole.content)
    assert (206, LARGE[10:20]) == (part.status_code, part.content)
    # Whatever it is called, a browser that is shown this address keeps it as bytes.
    assert ("application/octet-stream", "attachment") == (
        whole.headers["Content-Type"],
        whole.headers["Content-Disposition"],
    )


async def test_small_files_and_those_of_browsers_come_from_the_api_with_their_headers(cloud: ObjectServer) -> None:
    await cloud.http.put(cloud.upload_url("page.html"), content=LARGE)
    shown = await cloud.http.get(cloud.download_url("page.html"), headers=BROWSER)
    head = await cloud.http.head(cloud.download_url("page.html"))
    await cloud.http.put(cloud.upload_url("small.html"), content=SMALL)
    small = await cloud.http.get(cloud.download_url("small.html"))

    assert [(200, LARGE), (200, b""), (200, SMALL)] == [(got.status_code, got.content) for got in (shown, head, small)]
    assert all(got.headers["Content-Security-Policy"].startswith("sandbox") for got in (shown, head, small))


async def test_a_url_that_no_longer_counts_leads_nowhere(cloud: ObjectServer) -> None:
    await cloud.http.put(cloud.upload_url(), content=LARGE)
    cloud.gone.add("a.txt")

    answer = await cloud.http.get(cloud.download_url())

    assert (403, False) == (answer.status_code, "Location" in answer.headers)


async def test_a_directory_signs_nothing(tmp_path: Path) -> None:
    async with open_object_server(tmp_path, store_download_bytes="1") as server:
        await server.http.put(server.upload_url(), content=LARGE)

        assert (200, LARGE) == ((answer := await server.http.get(server.download_url())).status_code, answer.content)
