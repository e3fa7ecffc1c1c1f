"""The token of a session changes from time to time, and nobody is signed out by that who did nothing wrong."""

from __future__ import annotations

import asyncio

import pytest

from runfolio_server.actions.identity.session_lookup import SessionEnded, SessionLookup
from runfolio_server.actions.others_changes import forget_what_others_revoke
from runfolio_server.domain.session_tokens import hash_session_token
from runfolio_server.events.wake_up import EventWakeUp
from runfolio_server.remembered import RememberedAccess
from tests.server.browser import Browser, open_browser, signed_in
from tests.server.test_revoked_keys import HOUR_S, _running
from tests.service import Service


async def _change(service: Service, token: str, change: str) -> None:
    """Change the row of the session that has this token, and forget what is remembered of it."""
    token_hash = hash_session_token(token).hex()
    async with service.database.connection() as connection:
        await connection.script(
            f"UPDATE browser_session SET {change} WHERE '\\x{token_hash}' IN (token_hash, previous_hash)"
        )
    service.app.state.remembered_access.clear_all()


async def _age(service: Service, browser: Browser) -> str:
    """Make its token an old one; the token."""
    token = browser.token
    await _change(service, token, "rotated_at = now() - interval '1 hour', confirmed_at = now() - interval '1 hour'")
    return token


async def test_an_old_token_is_replaced_and_the_token_of_changes_stays(service: Service) -> None:
    async with signed_in(service) as browser:
        old = await _age(service, browser)

        answers = [await browser.ask() for _ in range(3)]

        assert [200] * 3 == [answer.status_code for answer in answers]
        assert [True, False, False] == ["Set-Cookie" in answer.headers for answer in answers]
        assert old != browser.token


async def test_one_of_many_requests_at_once_gets_the_new_token_and_none_is_refused(service: Service) -> None:
    async with signed_in(service) as browser:
        await _age(service, browser)
        # Other processes, none of which remembers the session.
        lookups = [SessionLookup(service.database, RememberedAccess()) for _ in range(8)]

        found = await asyncio.gather(*(lookup.find(browser.token) for lookup in lookups))

        assert 1 == sum(session.new_token is not None for session in found)


async def test_the_token_before_is_good_for_a_little_longer_and_then_no_more(service: Service) -> None:
    async with signed_in(service) as browser, open_browser(service) as late:
        late.csrf = browser.csrf
        late.http.cookies.set("runfolio_session", await _age(service, browser), domain="runfolio.test")
        await browser.ask()
        await browser.ask()

        soon = await late.ask()
        await _change(service, browser.token, "confirmed_at = now() - interval '31 seconds'")
        later = await late.ask()

        assert (200, 401) == (soon.status_code, later.status_code)
        assert 200 == (await browser.ask()).status_code


async def test_a_browser_that_never_got_its_new_token_gets_another(service: Service) -> None:
    async with signed_in(service) as browser, open_browser(service) as lost:
        lost.csrf = browser.csrf
        old = await _age(service, browser)
        lost.http.cookies.set("runfolio_session", old, domain="runfolio.test")
        # The answer with the new token gets lost on its way.
        assert "Set-Cookie" in (await browser.ask()).headers
        await _change(service, old, "rotated_at = now() - interval '1 minute'")

        again = await lost.ask()

        assert (200, True) == (again.status_code, "Set-Cookie" in again.headers)
        assert 200 == (await lost.ask()).status_code


async def _find_forever(lookup: SessionLookup, token: str) -> None:
    while True:
        await lookup.find(token)
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_session_that_another_process_ends_is_forgotten(service: Service, *, is_told: bool) -> None:
    # Another process, which remembers for an hour; without being woken it looks by itself, as every five seconds.
    wake_up, remembered = EventWakeUp(service.settings.database_url), RememberedAccess(HOUR_S)
    forgetting = forget_what_others_revoke(service.database, remembered, wake_up, poll_s=HOUR_S if is_told else 0.02)
    lookup = SessionLookup(service.database, remembered)
    async with _running(*([wake_up.run()] if is_told else []), forgetting), signed_in(service) as browser:
        if is_told:
            await wake_up.bell().wait()
        else:
            await asyncio.sleep(0.1)
        token = browser.token
        await lookup.find(token)

        await browser.sign_out()

        with pytest.raises(SessionEnded):
            await _find_forever(lookup, token)
