"""A browser signs in with a key and has a session: a cookie that acts as the key does, and ends with it."""

from __future__ import annotations

from uuid import UUID

import pytest

from runfolio_server.actions.identity.sessions import SESSIONS_MAX
from runfolio_server.domain.session_tokens import hash_session_token
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.sql.identity.sessions import SELECT_SESSION
from tests.server.browser import Browser, open_browser, signed_in
from tests.server.statements import Statements
from tests.service import Service

SESSIONS = (
    "{ viewer { sessions { totalCount edges { node { id apiKeyName apiKeyDescription userAgent isCurrent } } } } }"
)
REVOKE = "mutation($id: String!) { revokeSession(input: {id: $id}) { success } }"


async def _forget(service: Service) -> None:
    """As if the seconds were over for which sessions and keys are remembered."""
    service.app.state.remembered_access.clear_all()


async def _change(service: Service, browser: Browser, change: str) -> None:
    """Change the row of the session that has the browser's token."""
    async with service.database.connection() as connection:
        await connection.script(
            f"UPDATE browser_session SET {change} WHERE token_hash = '\\x{hash_session_token(browser.token).hex()}'"
        )
    await _forget(service)


async def test_a_browser_that_signed_in_acts_as_its_key_does(service: Service) -> None:
    async with open_browser(service) as browser:
        answer = await browser.sign_in(service.keys["bob"])

        asked = await browser.ask()
        told = await browser.http.get("/session")

    assert {"viewer": {"username": "bob"}} == asked.json()["data"]
    assert answer.json() == told.json()
    assert "bob" == told.json()["viewer"]["username"]
    assert service.keys["bob"] not in answer.text + str(answer.headers)


async def test_what_is_stored_of_a_token_is_its_hash(service: Service) -> None:
    async with signed_in(service) as browser, service.database.connection() as connection:
        row = await connection.row(SELECT_SESSION, hash_session_token(browser.token), 60.0, 60.0, 60.0)
        as_it_is = await connection.row(SELECT_SESSION, browser.token.encode(), 60.0, 60.0, 60.0)

    assert row is not None
    assert as_it_is is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"key": 5}', b'{"key": ""}', b"x", b'{"key": "' + b"k" * 201 + b'"}']
)
async def test_a_sign_in_without_a_key_is_refused_and_what_came_is_not_shown(service: Service, body: bytes) -> None:
    answer = await service.http.post("/session", content=body, headers={"Content-Type": "application/json"})

    assert 400 == answer.status_code
    assert "kkk" not in answer.text
    assert "Set-Cookie" not in answer.headers


async def test_a_wrong_key_signs_nobody_in(service: Service) -> None:
    async with open_browser(service) as browser:
        answer = await browser.sign_in("0" * 40)

        assert (401, []) == (answer.status_code, list(browser.http.cookies.jar))


async def test_a_sign_in_of_many_bytes_is_refused_before_they_are_read(service: Service) -> None:
    answer = await service.http.post("/session", json={"key": "k" * 5000})

    assert 413 == answer.status_code


async def test_a_token_that_somebody_else_slipped_in_is_not_the_one_after_signing_in(service: Service) -> None:
    # Session fixation: the attacker's own session, and a token that is nobody's.
    async with signed_in(service, "eve") as attacker:
        for planted in (attacker.token, "planted"):
            async with open_browser(service) as victim:
                victim.http.cookies.set("runfolio_session", planted, domain="runfolio.test")
                await victim.sign_in(service.keys["ada"])

                assert planted != victim.token

        assert "eve" == (await attacker.ask()).json()["data"]["viewer"]["username"]


async def test_signing_in_again_ends_the_session_that_the_browser_had(service: Service) -> None:
    async with signed_in(service) as browser, open_browser(service) as thief:
        thief.http.cookies.set("runfolio_session", browser.token, domain="runfolio.test")
        await browser.sign_in(service.keys["ada"])

        assert 401 == (await thief.ask()).status_code
        assert 200 == (await browser.ask()).status_code


async def test_who_has_signed_out_is_nobody_and_signing_out_again_is_no_error(service: Service) -> None:
    async with signed_in(service) as browser, open_browser(service) as thief:
        thief.http.cookies.set("runfolio_session", browser.token, domain="runfolio.test")

        assert [200, 200] == [(await browser.sign_out()).status_code for _ in range(2)]

        assert [] == list(browser.http.cookies.jar)
        assert 401 == (await thief.ask()).status_code
        assert {"session": None, "viewer": None, "csrfToken": None} == (await thief.http.get("/session")).json()
        # Whose token is nobody's has none afterwards.
        assert [] == list(thief.http.cookies.jar)


async def test_sessions_are_listed_and_one_of_them_can_be_revoked(service: Service) -> None:
    async with signed_in(service, "bob") as here, open_browser(service) as there:
        there.http.headers["User-Agent"] = "Elsewhere/1 \x7f" + "a" * 400
        await there.sign_in(service.keys["bob"])

        listed = (await here.ask({"query": SESSIONS})).json()["data"]["viewer"]["sessions"]
        found = [edge["node"] for edge in listed["edges"]]
        other = next(node for node in found if node["userAgent"].startswith("Elsewhere/1 ?aaa"))
        revoked = [
            (await here.ask({"query": REVOKE, "variables": {"id": other["id"]}})).json()["data"] for _ in range(2)
        ]

        assert (300, False) == (len(other["userAgent"]), other["isCurrent"])
        assert 1 == sum(node["isCurrent"] for node in found)
        assert [{"revokeSession": {"success": True}}] * 2 == revoked
        assert 401 == (await there.ask()).status_code
        assert 200 == (await here.ask()).status_code


async def test_sessions_are_listed_page_by_page_newest_first(service: Service) -> None:
    page = (
        "query($a: String) { viewer { sessions(first: 2, after: $a) { totalCount pageInfo { endCursor hasNextPage }"
        " edges { node { id createdAt expiresAt lastUsedAt } } } } }"
    )
    async with signed_in(service, "eve") as first, signed_in(service, "eve"), signed_in(service, "eve"):
        found = (await service.graphql(page, "eve")).data["viewer"]["sessions"]
        rest = (await service.graphql(page, "eve", a=found["pageInfo"]["endCursor"])).data["viewer"]["sessions"]

        ids = [edge["node"]["id"] for edge in found["edges"] + rest["edges"]]
        told = (await first.http.get("/session")).json()["session"]["id"]
    assert found["totalCount"] == len(ids) == len(set(ids))
    assert told in ids


async def test_nobody_sees_or_ends_a_session_of_another(service: Service) -> None:
    async with signed_in(service, "bob") as browser:
        session = (await browser.http.get("/session")).json()["session"]["id"]

        for user in ("eve", "ada"):
            others = await service.graphql(
                '{ users(query: "bob") { edges { node { username sessions { totalCount } } } } }', user
            )
            refused = await service.graphql(REVOKE, user, id=session)
            missing = await service.graphql(REVOKE, user, id=encode_node_id("BrowserSession", UUID(int=0)))

            nodes = [edge["node"] for edge in others.data["users"]["edges"]]
            assert not [node for node in nodes if node["sessions"] is not None]
            assert (404, refused.body) == (refused.status, missing.body)
        assert 200 == (await browser.ask()).status_code


async def test_a_session_ends_with_its_key(service: Service) -> None:
    issued = (await service.graphql("mutation { generateApiKey(input: {}) { apiKey { id name } } }")).data
    key = issued["generateApiKey"]["apiKey"]
    async with open_browser(service) as browser:
        await browser.sign_in(key["name"])
        assert 200 == (await browser.ask()).status_code

        await service.graphql("mutation($id: String!) { deleteApiKey(input: {id: $id}) { success } }", id=key["id"])
        refused = await browser.ask()

        assert 401 == refused.status_code
        assert "This session has ended" in refused.text
        assert browser.http.cookies
        listed = (await service.graphql(SESSIONS)).data["viewer"]["sessions"]
        assert f"key-{key['id']}" not in str(listed)
        # Nothing is left to sign out of, which is no error.
        assert 200 == (await browser.sign_out()).status_code


@pytest.mark.parametrize(
    "change", ["expires_at = now()", "last_used_at = now() - interval '7 days'", "revoked_at = now()"]
)
async def test_a_session_ends_in_time_and_unused(service: Service, change: str) -> None:
    async with signed_in(service) as browser:
        await _change(service, browser, change)

        assert 401 == (await browser.ask()).status_code


async def test_more_sessions_than_one_user_may_have_end_the_oldest(service: Service) -> None:
    async with signed_in(service, "bob") as oldest:
        answer = None
        for _ in range(SESSIONS_MAX):
            async with open_browser(service) as browser:
                answer = await browser.sign_in(service.keys["bob"])

        assert answer is not None
        assert 200 == answer.status_code
        assert 401 == (await oldest.ask()).status_code
        assert SESSIONS_MAX == (await service.graphql(SESSIONS, "bob")).data["viewer"]["sessions"]["totalCount"]


async def test_a_request_with_a_key_is_the_keys_whatever_cookie_it_has(service: Service) -> None:
    async with signed_in(service, "bob") as browser:
        answer = await browser.ask(Authorization=f"Bearer {service.keys['eve']}")

        assert "eve" == answer.json()["data"]["viewer"]["username"]


async def test_a_session_costs_no_statement_while_it_is_remembered(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with signed_in(service) as browser:
        await browser.ask()
        statements = Statements(monkeypatch)

        await browser.ask()

        assert not {"select_session", "select_viewer", "touch_session"} & set(statements.names)
