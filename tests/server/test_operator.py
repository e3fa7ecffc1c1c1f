"""What `runfolio users`, `teams` and `keys` do in the database, for whoever runs the machine and has no key."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from runfolio_server.errors import AppError, Forbidden, NotFound
from runfolio_server.operator_commands import COMMANDS
from runfolio_server.serve import operator
from runfolio_server.sql.pool import Connection
from tests.server.team_requests import members_of
from tests.service import Service

Found = TypeVar("Found")


async def _do(service: Service, what: Callable[[Connection], Awaitable[Found]]) -> Found:
    async with service.database.connection() as connection:
        return await what(connection)


async def test_users_are_made_changed_shut_out_and_listed(service: Service) -> None:
    await _do(service, operator.create_user("olga", "olga@example.com", admin=False))
    await _do(service, operator.set_user("olga", "Olga O.", "", admin=True))
    await _do(service, operator.set_activity("olga", active=False))
    shut = await _do(service, operator.list_users)
    (opened,) = await _do(service, operator.set_activity("olga", active=True))

    assert "olga\tOlga O.\tsite admin\tdeactivated" in shut
    assert "olga\tOlga O.\tsite admin" == opened
    await _do(service, operator.set_user("olga", None, None, admin=False))


async def test_teams_are_made_and_filled_and_the_last_admin_stays(service: Service) -> None:
    await _do(service, operator.create_team("hands-on", "bob"))
    await _do(service, operator.put_into_team("hands-on", "eve", None))
    await _do(service, operator.put_into_team("hands-on", "eve", "viewer"))
    await _do(service, operator.create_service_account("hands-on", "builds", "hands-on-ci", None))
    lines = await _do(service, operator.list_members("hands-on"))

    assert ["admin\tbob", "viewer\teve", "member\thands-on-ci\tbuilds\tservice account"] == lines
    assert "hands-on" in await _do(service, operator.list_teams)
    with pytest.raises(Forbidden, match="last admin"):
        await _do(service, operator.take_out_of_team("hands-on", "bob"))
    await _do(service, operator.take_out_of_team("hands-on", "eve"))
    assert [("bob", "admin"), ("hands-on-ci", "member")] == await members_of(service, "hands-on", "bob")
    with pytest.raises(NotFound, match="There is no team 'nowhere'"):
        await _do(service, operator.list_members("nowhere"))


async def test_keys_are_made_listed_revoked_and_reset(service: Service) -> None:
    await service.start_run("r", "keyed", "bob")
    make = operator.create_key("bob", admin=False, name="one", scope="read", project="bob/keyed", days=3)
    _, key = await _do(service, make)
    works = await service.graphql('{ project(entityName: "bob", name: "keyed") { name } }', key)
    lines = await _do(service, operator.list_keys("bob"))
    await _do(service, operator.revoke_key("bob", "one"))
    user, only = await _do(service, operator.make_only_key("bob"))

    assert "keyed" == works.data["project"]["name"]
    assert any(line.startswith("one\tread\t") and "\tuntil " in line for line in lines)
    assert ("bob", 1) == (user.username, len(await _do(service, operator.list_keys("bob"))))
    service.keys["bob"] = only
    with pytest.raises(NotFound, match="bob has no key 'one'"):
        await _do(service, operator.revoke_key("bob", "one"))
    with pytest.raises(NotFound, match="There is no project 'none' in entity 'bob'"):
        await _do(
            service, operator.create_key("bob", admin=False, name=None, scope=None, project="bob/none", days=None)
        )


async def test_a_key_for_an_admin_lets_in_whoever_was_shut_out(service: Service) -> None:
    await _do(service, operator.create_user("locked", None, admin=False))
    await _do(service, operator.set_activity("locked", active=False))
    with pytest.raises(AppError, match="is deactivated"):
        await _do(service, operator.create_key("locked", admin=False, name=None, scope=None, project=None, days=None))
    user, key = await _do(
        service, operator.create_key("locked", admin=True, name=None, scope=None, project=None, days=None)
    )

    assert user.is_admin
    assert "locked" == (await service.graphql("{ viewer { username } }", key)).data["viewer"]["username"]
    await _do(service, operator.set_user("locked", None, None, admin=False))


@pytest.mark.parametrize("words", ["users create", "teams add acme", "keys revoke", "teams members"])
def test_a_command_that_lacks_a_word_says_which(
    words: str, capsys: pytest.CaptureFixture[str], service: Service
) -> None:
    name, *arguments = words.split()
    (command,) = [each for each in COMMANDS if each.name == name]
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    url = service.settings.database_url

    assert 1 == command.run(parser.parse_args([*arguments, "--database-url", url]))
    assert "is missing; `--help` tells what this needs." in capsys.readouterr().err
