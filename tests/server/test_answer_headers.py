"""Every answer has the headers of the table: those of every route, of every error, and of the door."""

from __future__ import annotations

import httpx
import pytest

from runfolio_server.app import create_app
from runfolio_server.endpoints.answer_headers import DATA, EVERY, HSTS
from runfolio_server.settings import read_settings
from tests.server.browser import open_browser
from tests.server.door_server import run_door_server
from tests.server.route_table import RouteMethod, route_methods
from tests.server.swept_store import download_url, upload
from tests.service import Service

ROUTES = sorted(set(route_methods(create_app(read_settings({})))))
# What such an answer has of its own.
OWN = {"Cache-Control", "Cross-Origin-Resource-Policy"}


def _missing(answer: httpx.Response) -> set[str]:
    """Headers of the table that the answer has not once."""
    found = {name: answer.headers.get_list(name) for name in {**EVERY, **DATA}}
    return {
        name
        for name, value in {**EVERY, **DATA}.items()
        if found[name] != [value] and not (name in OWN and len(found[name]) == 1)
    }


@pytest.mark.parametrize("route", ROUTES, ids=str)
async def test_every_answer_of_every_route_has_the_headers(service: Service, route: RouteMethod) -> None:
    for path in (route.filled(), route.filled("%FF%00")):
        for user in (None, "ada"):
            answer = await service.http.request(route.method, path, headers=service.headers(user))

            assert set() == _missing(answer), (path, user, answer.status_code)


@pytest.mark.parametrize(("method", "path"), [("GET", "/no/such/path/at/all"), ("PATCH", "/graphql"), ("OPTIONS", "/")])
async def test_what_no_route_answers_has_them_too(service: Service, method: str, path: str) -> None:
    assert set() == _missing(await service.http.request(method, path))


async def test_what_nobody_foresaw_has_them_too(service: Service) -> None:
    transport = httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
    known = service.app.state.readiness
    service.app.state.readiness = None
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://runfolio.test") as http:
            answer = await http.get("/readyz")
    finally:
        service.app.state.readiness = known

    assert (500, set()) == (answer.status_code, _missing(answer))


def test_what_the_door_refuses_has_them_too() -> None:
    with run_door_server() as server:
        answer = server.ask(b"GET / HTTP/9.9\r\n\r\n")

    assert 400 == answer.status
    assert {name.lower(): value for name, value in {**EVERY, **DATA}.items()}.items() <= answer.headers.items()


async def test_a_page_of_ours_stands_in_no_frame_and_runs_what_it_names(service: Service) -> None:
    answer = await service.http.get("/graphql", headers={"Accept": "text/html"})

    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert ("DENY", "same-origin") == (answer.headers["X-Frame-Options"], answer.headers["Cross-Origin-Opener-Policy"])


async def test_a_file_may_be_shown_by_pages_of_ours_and_is_in_nobodys_way(service: Service) -> None:
    await service.start_run("shown")
    await upload(service, "shown", "media/page.html", b"<p>")

    answer = await service.http.get(await download_url(service, "shown", "media/page.html"))

    assert 200 == answer.status_code
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"].split("; ")
    assert "cross-origin" == answer.headers["Cross-Origin-Resource-Policy"]
    # Of a sandboxed page a browser shows nothing with this, and with that no frame of ours.
    assert not {"cross-origin-opener-policy", "x-frame-options"} & {name.lower() for name in answer.headers}
    assert "nosniff" == answer.headers["X-Content-Type-Options"]


@pytest.mark.parametrize(
    ("base_url", "is_sent"),
    [
        ("http://runfolio.test", False),
        ("https://runfolio.test", True),
        ("https://runfolio.test:443", True),
        ("https://[::1]", True),
        # Its other ports may have services that know no https.
        ("https://runfolio.test:8443", False),
    ],
)
async def test_browsers_are_told_to_stay_with_https_where_a_name_is_for_it(
    service: Service, base_url: str, *, is_sent: bool
) -> None:
    async with open_browser(service, base_url) as browser:
        answer = await browser.http.get("/healthz", headers={"Host": base_url.removeprefix("https://")})

    assert is_sent == (HSTS[1] == answer.headers.get(HSTS[0]))


async def test_the_address_in_the_settings_says_whether_it_is_https(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = create_app(read_settings({}, base_url="https://host.test/track"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://10.0.0.1:8080") as http:
        answer = await http.get("/healthz")

    assert HSTS[1] == answer.headers[HSTS[0]]
