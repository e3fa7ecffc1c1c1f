"""An origin of its own for users' files: downloads lead there, scripts may run there, and there is nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.server.swept_store import download_url, upload, upload_url
from tests.service import BASE_URL, Service, open_service

FILES_URL = "http://files.test"


@pytest.fixture(scope="module")
async def service(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with open_service(database_url, tmp_path_factory.mktemp("data"), (), objects_url=FILES_URL) as opened:
        yield opened


async def _page(service: Service, run: str) -> str:
    await service.start_run(run)
    assert 200 == (await upload(service, run, "media/page.html", b"<script>1</script>")).status_code
    return await download_url(service, run, "media/page.html")


async def test_download_urls_lead_to_the_origin_and_upload_urls_do_not(service: Service) -> None:
    url = await _page(service, "led")

    assert url.startswith(f"{FILES_URL}/objects/download/")
    assert (await upload_url(service, "led", "b.txt")).startswith(f"{BASE_URL}/objects/upload/")


async def test_html_may_run_its_scripts_there_and_nowhere_else(service: Service) -> None:
    url = await _page(service, "shown")

    there = await service.http.get(url)
    here = await service.http.get(url.replace(FILES_URL, BASE_URL))

    assert [(200, "text/html; charset=utf-8")] * 2 == [
        (got.status_code, got.headers["Content-Type"]) for got in (there, here)
    ]
    # Still without an origin: one user's page reads nothing of another's.
    assert "sandbox allow-scripts allow-popups; frame-ancestors *" == there.headers["Content-Security-Policy"]
    assert "*" == there.headers["Access-Control-Allow-Origin"]
    assert here.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "Access-Control-Allow-Origin" not in here.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/graphql"),
        ("POST", "/graphql"),
        ("GET", "/schema.graphql"),
        ("GET", "/metrics"),
        ("POST", "/files/ada/p/shown/file_stream"),
        ("GET", "/objects/download"),
        ("GET", "/objects/downloads/x"),
        ("GET", "//objects/download/x/y"),
        ("PUT", "/objects/upload/x"),
        ("GET", "/ada/p"),
    ],
)
async def test_nothing_but_downloads_is_there(service: Service, method: str, path: str) -> None:
    for host in ("files.test", "FILES.test"):
        answer = await service.http.request(
            method,
            httpx.URL(BASE_URL).copy_with(raw_path=path.encode()),
            headers={"Host": host} | service.headers("ada"),
        )

        assert 404 == answer.status_code
        assert "there are files alone" in answer.text
