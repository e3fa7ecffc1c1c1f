"""The cookie of a session: scripts do not see it, other sites do not send it, and behind TLS it goes by TLS alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runfolio_server.actions.identity.sessions import SESSION_S
from tests.server.browser import open_browser, signed_in
from tests.service import Service


def _flags(cookie: str) -> tuple[str, set[str]]:
    name, *flags = cookie.split("; ")
    return name.partition("=")[0], {flag for flag in flags if not flag.startswith("Max-Age")}


async def test_by_plain_http_it_is_for_this_host_and_nobodys_scripts(service: Service) -> None:
    async with open_browser(service) as browser:
        cookie = (await browser.sign_in(service.keys["ada"])).headers["Set-Cookie"]

    assert ("runfolio_session", {"HttpOnly", "Path=/", "SameSite=lax"}) == _flags(cookie)
    assert SESSION_S - 60 < int(cookie.partition("Max-Age=")[2].partition(";")[0]) <= SESSION_S


async def test_by_https_it_is_secure_and_named_so_that_nobody_else_can_set_it(service: Service) -> None:
    # As behind a trusted proxy that says so: see test_door_heads.py for who is believed.
    async with open_browser(service, "https://runfolio.test") as browser:
        cookie = (await browser.sign_in(service.keys["ada"])).headers["Set-Cookie"]

    assert ("__Host-runfolio_session", {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}) == _flags(cookie)


async def test_by_https_a_cookie_that_could_have_been_set_from_elsewhere_is_not_looked_at(service: Service) -> None:
    async with signed_in(service) as browser, open_browser(service, "https://runfolio.test") as other:
        other.http.cookies.set("runfolio_session", browser.token, domain="runfolio.test")
        other.csrf = browser.csrf

        assert {"data": {"viewer": None}} == (await other.ask()).json()


@pytest.mark.parametrize(("host", "status"), [("[", 401), ("a b", 400), ("", 400), ("[::1]:8080", 401)])
async def test_a_host_that_is_none_is_a_mistake_of_the_callers(service: Service, host: str, status: int) -> None:
    headers = {"Host": host, "Cookie": "runfolio_session=x"}

    answer = await service.http.post("/graphql", json={"query": "{ viewer { id } }"}, headers=headers)

    assert status == answer.status_code


@pytest.mark.parametrize(
    ("base_url", "name", "flags"),
    [
        ("https://host.test", "__Host-runfolio_session", {"Path=/", "Secure"}),
        ("https://host.test/track", "__Secure-runfolio_session", {"Path=/track", "Secure"}),
        ("http://host.test/track", "runfolio_session", {"Path=/track"}),
    ],
)
async def test_the_address_in_the_settings_says_how_it_is_set(
    service: Service, base_url: str, name: str, flags: set[str]
) -> None:
    # What clients reach is the setting's, however the proxy comes here.
    async with open_browser(service) as browser:
        service.app.state.settings = replace(service.settings, base_url=base_url)
        try:
            cookie = (await browser.sign_in(service.keys["ada"])).headers["Set-Cookie"]
        finally:
            service.app.state.settings = service.settings

    assert (name, {"HttpOnly", "SameSite=lax", *flags}) == _flags(cookie)
