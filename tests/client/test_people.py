"""Users, keys, teams and invites by both clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest

import runfolio
from runfolio import Api, AsyncApi
from tests.live_server import LiveServer

Connect: TypeAlias = Callable[[str | None], Api]
pytestmark = pytest.mark.usefixtures("anyio_backend")


@pytest.fixture
def connect(live_server: LiveServer) -> Iterator[Connect]:
    """Connections with these keys, closed at the end."""
    with ExitStack() as stack:
        yield lambda key: stack.enter_context(Api(live_server.base_url, key))


@pytest.fixture
def api(live_server: LiveServer, connect: Connect) -> Api:
    return connect(live_server.api_key)


def new_user(api: Api, connect: Connect, username: str) -> Api:
    """The client of a new user."""
    api.create_user(username)
    return connect(api.create_api_key(username=username).key)


def test_a_team_with_members_who_were_invited(api: Api, connect: Connect) -> None:
    guest = new_user(api, connect, "guest")
    team = api.create_team("acme")
    invite = team.invite("guest", "viewer")
    seen = [(found.team, found.role, found.invited_by, found.token) for found in guest.invites()]
    joined = guest.accept_invite(guest.invites()[0])

    assert invite.token is not None
    assert invite.token not in repr(invite)
    assert [("acme", "viewer", "ada", None)] == seen
    assert ("acme", "viewer") == (joined.name, joined.role)
    assert [("ada", "admin"), ("guest", "viewer")] == [(each.username, each.role) for each in team.members()]
    assert ["acme"] == [each.name for each in guest.teams()]
    assert "member" == team.change_role("guest", "member").role
    assert "member" == guest.team("acme").role
    with pytest.raises(runfolio.NotFoundError):
        guest.team("acme").invites().load()
    with pytest.raises(runfolio.PermissionDeniedError, match="last admin"):
        team.leave()
    guest.team("acme").leave()
    with pytest.raises(runfolio.NotFoundError):
        guest.team("acme")


def test_an_invite_by_token_and_one_that_is_taken_back(api: Api, connect: Connect) -> None:
    late = new_user(api, connect, "late")
    team = api.create_team("tokens")
    taken_back = team.invite("late@example.com")
    assert ["late@example.com"] == [each.email for each in team.invites()]
    api.revoke_invite(taken_back)
    with pytest.raises(runfolio.NotFoundError, match="no such invite"):
        late.accept_invite(taken_back.token or "")

    assert "tokens" == late.accept_invite(team.invite("late@example.com").token or "").name
    team.remove("late")
    assert ["ada"] == [each.username for each in team.members()]


def test_a_service_account_has_keys_of_its_own(api: Api, connect: Connect) -> None:
    account = api.create_team("robots").create_service_account("nightly", username="robots-nightly")
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    key = api.create_api_key("ci", username=account.username, expires_at=end)
    with connect(key.key).create_run("demo", id="r1") as run:
        run.log({"loss": 1.0})

    (found,) = api.api_keys("robots-nightly")
    assert ("nightly", True) == (account.name, api.user("robots-nightly").is_service)
    assert "robots/demo/r1" == "/".join(api.run("robots/demo/r1").path)
    assert ("ci", "write", end, None) == (found.name, found.scope, found.expires_at, found.key)
    assert found.last_used_at is not None
    api.revoke_api_key(found)
    with pytest.raises(runfolio.AuthenticationError):
        _ = connect(key.key).viewer


def test_a_key_for_one_project_reads_that_alone(api: Api, connect: Connect) -> None:
    for project in ("open-door", "closed-door"):
        api.create_project(project)
    key = api.create_api_key(scope="read", project="ada/open-door")

    limited = connect(key.key)
    assert "open-door" == limited.project("ada/open-door").name
    with pytest.raises(runfolio.NotFoundError):
        limited.project("ada/closed-door")
    with pytest.raises(runfolio.PermissionDeniedError):
        limited.create_api_key()
    assert "ada/open-door" == key.project


def test_accounts_are_changed_closed_and_opened(api: Api, connect: Connect) -> None:
    user = new_user(api, connect, "temp")
    named = user.update_user(display_name="A. Temp")
    closed = api.deactivate_user("temp")
    with pytest.raises(runfolio.AuthenticationError):
        _ = user.viewer
    opened = api.activate_user("temp")
    key = api.reset_api_keys("temp").key

    assert ("A. Temp", True, None) == (named.name, closed.deactivated_at is not None, opened.deactivated_at)
    assert "temp" == connect(key).viewer.username


async def test_the_async_client_makes_a_team(live_server: LiveServer) -> None:
    async with AsyncApi(live_server.base_url, live_server.api_key) as api:
        team = await api.create_team("async-team")
        members = [member.username async for member in team.members()]
        found = [each.name async for each in api.teams()]

    assert ["ada"] == members
    assert "async-team" in found
