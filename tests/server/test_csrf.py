"""What another site's page has a browser ask for changes nothing: by its session, or by a request that needs no leave.

The pages of this server send the session's token; a page of elsewhere can neither read it nor set its header.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from runfolio_server.app import create_app
from runfolio_server.domain.session_tokens import CSRF_HEADER
from runfolio_server.settings import read_settings
from tests.server.browser import open_browser, signed_in
from tests.server.route_table import RouteMethod, route_methods
from tests.service import Service

MAKE_KEY = {"query": "mutation { generateApiKey(input: {}) { apiKey { name } } }"}
# By signed URL: no key and no cookie counts there.
BY_URL = "/objects/upload/{token}"
CHANGING = sorted(
    route
    for route in set(route_methods(create_app(read_settings({}))))
    if route.method not in ("GET", "HEAD") and route.path != BY_URL
)


async def _keys(service: Service) -> int:
    answer = await service.graphql("{ viewer { apiKeys { totalCount } } }")
    found: int = answer.data["viewer"]["apiKeys"]["totalCount"]
    return found


@pytest.mark.parametrize("given", [None, "", "0" * 64, "é"])
async def test_csrf_by_session_a_mutation_without_the_sessions_token_is_refused(
    service: Service, given: str | None
) -> None:
    before = await _keys(service)
    async with signed_in(service) as browser:
        headers = {} if given is None else {CSRF_HEADER.encode(): given.encode()}
        answer = await browser.http.post("/graphql", json=MAKE_KEY, headers=headers)

    assert 403 == answer.status_code
    assert CSRF_HEADER in answer.json()["errors"][0]["message"]
    assert before == await _keys(service)


async def test_csrf_by_session_the_token_of_another_session_is_refused(service: Service) -> None:
    async with signed_in(service) as browser, signed_in(service) as other, signed_in(service, "eve") as eve:
        for token in (other.csrf, eve.csrf):
            answer = await browser.http.post("/graphql", json=MAKE_KEY, headers={CSRF_HEADER: token})

            assert 403 == answer.status_code


@pytest.mark.parametrize("route", CHANGING, ids=str)
async def test_csrf_by_session_no_changing_route_takes_a_session_without_its_token(
    service: Service, route: RouteMethod
) -> None:
    async with signed_in(service) as browser:
        answer = await browser.http.request(route.method, route.filled(), json={})
        # Signing in needs no session; of a page of elsewhere it is refused: below.
        expected = 400 if (route.path, route.method) == ("/session", "POST") else 403

        assert expected == answer.status_code, answer.text


async def test_a_mutation_with_the_sessions_token_or_with_a_key_is_done(service: Service) -> None:
    before = await _keys(service)
    async with signed_in(service) as browser:
        by_session = await browser.ask(MAKE_KEY)
        by_key = await browser.http.post("/graphql", json=MAKE_KEY, headers=service.headers("ada"))

    assert [200, 200] == [by_session.status_code, by_key.status_code]
    assert before + 2 == await _keys(service)


def _simple_requests() -> Iterator[dict[str, object]]:
    """What a page of any site can have a browser send without asking (Fetch Standard, CORS-safelisted)."""
    body = b'{"query": "mutation { generateApiKey(input: {}) { apiKey { name } } }", "x": "="}'
    for content_type in (
        "text/plain",
        "text/plain; charset=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain, application/json",
        "",
    ):
        yield {"content": body, "headers": {"Content-Type": content_type}}
    yield {"content": body}
    yield {"data": MAKE_KEY}
    yield {"files": {"operations": (None, body), "query": (None, MAKE_KEY["query"])}}


@pytest.mark.parametrize("request_of_form", list(_simple_requests()))
@pytest.mark.parametrize("is_by_key", [True, False])
async def test_csrf_by_simple_request_a_body_that_is_not_told_to_be_json_is_refused(
    service: Service, request_of_form: dict[str, dict[str, str]], *, is_by_key: bool
) -> None:
    before = await _keys(service)
    async with signed_in(service) as browser:
        bearer = {"Authorization": f"Bearer {service.keys['ada']}"}
        more = bearer if is_by_key else {CSRF_HEADER: browser.csrf}
        answer = await browser.http.post(
            "/graphql",
            **{**request_of_form, "headers": {**request_of_form.get("headers", {}), **more}},  # type: ignore[arg-type]
        )

    assert (415, "UNSUPPORTED_MEDIA_TYPE") == (
        answer.status_code,
        answer.json()["errors"][0]["extensions"]["code"],
    )
    assert before == await _keys(service)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_csrf_by_simple_request_no_other_method_executes_a_document(service: Service, method: str) -> None:
    before = await _keys(service)
    async with signed_in(service) as browser:
        answer = await browser.http.request(
            method, "/graphql", params=MAKE_KEY, json=MAKE_KEY, headers={CSRF_HEADER: browser.csrf}
        )

    assert 405 == answer.status_code
    assert before == await _keys(service)


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
async def test_a_body_of_json_is_taken_however_it_is_spelled(service: Service, content_type: str) -> None:
    answer = await service.http.post(
        "/graphql",
        content=b'{"query": "{ viewer { username } }"}',
        headers={**service.headers("ada"), "Content-Type": content_type},
    )

    assert 200 == answer.status_code


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://runfolio.test.evil.example", "http://[", ""]
)
async def test_a_page_of_another_site_signs_nobody_in(service: Service, origin: str) -> None:
    # Else a victim would go on in the attacker's account, and show it what it writes there.
    answer = await service.http.post("/session", json={"key": service.keys["eve"]}, headers={"Origin": origin})

    assert 403 == answer.status_code
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_form_signs_nobody_in(service: Service, content_type: str) -> None:
    body = b'{"key": "%s"}' % service.keys["eve"].encode()
    answer = await service.http.post("/session", content=body, headers={"Content-Type": content_type})

    assert 415 == answer.status_code


async def test_signing_out_needs_the_sessions_token(service: Service) -> None:
    async with signed_in(service) as browser:
        refused = await browser.http.delete("/session")

        assert 403 == refused.status_code
        assert 200 == (await browser.ask()).status_code


@pytest.mark.parametrize(
    ("mode", "scheme"), [("cors", "Bearer"), ("no-cors", "Bearer"), ("navigate", "Basic"), ("", "Basic")]
)
async def test_a_script_of_a_page_is_not_offered_the_browsers_own_window_for_keys(
    service: Service, mode: str, scheme: str
) -> None:
    headers = {"Sec-Fetch-Mode": mode} if mode else {}
    answer = await service.http.post("/graphql", json=MAKE_KEY, headers=headers)

    assert 401 == answer.status_code
    assert answer.headers["WWW-Authenticate"].startswith(scheme)


async def test_the_token_of_changes_is_told_to_whoever_has_the_cookie_alone(service: Service) -> None:
    async with signed_in(service) as browser, open_browser(service) as nobody:
        told: list[httpx.Response] = [await each.http.get("/session") for each in (browser, nobody)]

    assert [browser.csrf, None] == [answer.json()["csrfToken"] for answer in told]
    assert "no-store" == told[0].headers["Cache-Control"]
