"""Pages of the origins in the settings may use the server from a browser; nobody else's read anything."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.server.browser import VIEWER, open_browser
from tests.server.swept_store import download_url, upload
from tests.service import Service, open_service

BOARD = "https://board.example.org"
LOCAL = "http://localhost:5173"
STRANGER = "https://evil.example"


@pytest.fixture(scope="module")
async def service(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with open_service(
        database_url, tmp_path_factory.mktemp("data"), ("bob",), cors_origins=f"{BOARD}, {LOCAL}/"
    ) as opened:
        yield opened


async def _preflight(
    service: Service, path: str, method: str, headers: str = "", origin: str = BOARD, **more: str
) -> httpx.Response:
    """What a browser asks before it sends a request that a form could not."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method, **more}
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    return await service.http.options(path, headers=asked)


@pytest.mark.parametrize("origin", [BOARD, LOCAL])
@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/graphql", "POST", "authorization,content-type"),
        ("/graphql", "POST", "content-type,x-csrf-token"),
        ("/export/ada/p/runs.ndjson", "POST", "authorization,content-type"),
        ("/export/ada/p/history.arrow", "GET", "authorization"),
        ("/objects/upload/x", "PUT", "content-md5,content-type"),
        ("/objects/download/x/y", "GET", "range"),
        ("/session", "DELETE", "x-csrf-token"),
    ],
)
async def test_a_preflight_of_an_origin_in_the_settings_is_answered(
    service: Service, origin: str, path: str, method: str, headers: str
) -> None:
    answer = await _preflight(service, path, method, headers, origin)

    assert 200 == answer.status_code
    assert (origin, "true") == (
        answer.headers["Access-Control-Allow-Origin"],
        answer.headers["Access-Control-Allow-Credentials"],
    )
    assert method in answer.headers["Access-Control-Allow-Methods"].split(", ")
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert set(headers.split(",")) <= set(allowed)
    assert "Origin" in answer.headers["Vary"]


async def test_a_page_of_the_internet_that_is_named_may_ask_a_server_of_a_closed_network(service: Service) -> None:
    answer = await _preflight(service, "/graphql", "POST", **{"Access-Control-Request-Private-Network": "true"})

    assert (200, "true") == (answer.status_code, answer.headers["Access-Control-Allow-Private-Network"])


@pytest.mark.parametrize(
    "origin", [STRANGER, "null", f"{BOARD}.evil.example", f"{BOARD}:8443", "http://board.example.org"]
)
async def test_nobody_else_gets_leave(service: Service, origin: str) -> None:
    preflight = await _preflight(service, "/graphql", "POST", "authorization,content-type", origin)
    asked = await service.http.post("/graphql", json=VIEWER, headers={**service.headers("ada"), "Origin": origin})

    assert 400 == preflight.status_code
    for answer in (preflight, asked):
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_answers_errors_and_streams_are_for_the_page_that_asked(service: Service) -> None:
    await service.start_run("r")
    await upload(service, "r", "a.txt", b"abc")
    url = await download_url(service, "r", "a.txt")
    mine = {**service.headers("ada"), "Origin": BOARD}

    answers = [
        await service.http.post("/graphql", json=VIEWER, headers=mine),
        await service.http.post("/graphql", json=VIEWER, headers={"Origin": BOARD, "Authorization": "Bearer none"}),
        await service.http.post("/graphql", content=b"{", headers={**mine, "Content-Type": "application/json"}),
        await service.http.get("/export/ada/p/runs.ndjson", headers=mine),
        await service.http.get("/export/ada/nothing/runs.ndjson", headers=mine),
        await service.http.get(url, headers={"Origin": BOARD, "Range": "bytes=1-"}),
        await service.http.get("/no/such/path/at/all", headers=mine),
    ]

    assert [200, 401, 400, 200, 404, 206, 404] == [answer.status_code for answer in answers]
    for answer in answers:
        assert [BOARD] == answer.headers.get_list("Access-Control-Allow-Origin")
        assert {"Retry-After", "ETag", "Content-Range", "RateLimit-Remaining", "X-Request-Id"} <= set(
            answer.headers["Access-Control-Expose-Headers"].split(", ")
        )
        assert "Origin" in answer.headers["Vary"]


async def test_a_fault_of_ours_is_for_the_page_that_asked_too(service: Service) -> None:
    transport = httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
    known, service.app.state.readiness = service.app.state.readiness, None
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://runfolio.test") as http:
            answer = await http.get("/readyz", headers={"Origin": BOARD})
    finally:
        service.app.state.readiness = known

    assert (500, BOARD) == (answer.status_code, answer.headers["Access-Control-Allow-Origin"])


async def test_a_page_of_a_named_origin_signs_in_and_changes_by_its_session(service: Service) -> None:
    async with open_browser(service) as browser:
        browser.http.headers["Origin"] = BOARD
        answer = await browser.sign_in(service.keys["bob"])

        assert (200, BOARD) == (answer.status_code, answer.headers["Access-Control-Allow-Origin"])
        assert 200 == (await browser.ask()).status_code


async def test_a_file_may_stand_in_a_frame_of_a_named_origin(service: Service) -> None:
    await service.start_run("framed")
    await upload(service, "framed", "media/page.html", b"<p>")

    answer = await service.http.get(await download_url(service, "framed", "media/page.html"))

    assert f"frame-ancestors 'self' {BOARD} {LOCAL}" in answer.headers["Content-Security-Policy"].split("; ")
