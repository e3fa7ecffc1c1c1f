"""Keys with a name, a scope, a project or an end, of people and of programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.server.team_requests import CREATE_TEAM, GENERATE, MEMBERS, make_team, new_key, service_account
from tests.service import Service

KEYS = "{ viewer { apiKeys { edges { node { id name scope isLimited project { name } expiresAt lastUsedAt } } } } }"
KEYS_OF = "query($u: String!) { user(username: $u) { apiKeys { edges { node { id name } } } } }"
REVOKE = "mutation($i: String!) { deleteApiKey(input: {id: $i}) { success } }"
RESET = "mutation($u: String) { resetApiKeys(input: {username: $u}) { apiKey { name } } }"


async def test_a_key_is_listed_by_its_name_with_what_it_may(service: Service) -> None:
    await service.start_run("r", "limited", "bob")
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    await new_key(service, "bob", n="laptop", s="read", p="limited", x=end.isoformat())
    nodes = [edge["node"] for edge in (await service.graphql(KEYS, "bob")).data["viewer"]["apiKeys"]["edges"]]
    (found,) = [node for node in nodes if node["name"] == "laptop"]

    assert ("read", True, {"name": "limited"}) == (found["scope"], found["isLimited"], found["project"])
    assert end == datetime.fromisoformat(found["expiresAt"])
    assert None is found["lastUsedAt"]


async def test_a_name_is_used_once_until_its_key_is_revoked(service: Service) -> None:
    first = await new_key(service, "bob", n="ci")
    taken = await service.graphql(GENERATE, "bob", n="ci")
    await new_key(service, "eve", n="ci")
    await service.graphql(REVOKE, "bob", i=first["id"])

    assert (409, "A valid key of this name exists already; choose another name, or revoke that one.") == (
        taken.status,
        taken.error["message"],
    )
    await new_key(service, "bob", n="ci")


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"s": "root"}, 'input.scope is "root"; allowed: read, write, admin'),
        ({"n": "x" * 101}, "allowed: at most 100 characters"),
        ({"n": "key-0123abcd"}, "which keys without a name are called"),
        ({"n": "  "}, "allowed: text that is not blank"),
        ({"x": "2020-01-01T00:00:00+00:00"}, "which is over"),
        ({"e": "bob"}, "give input.projectName"),
        ({"p": "nothing"}, "There is no project 'nothing' in entity 'bob', or you may not see it."),
    ],
)
async def test_a_key_of_a_wrong_form_is_refused(service: Service, wanted: dict[str, Any], message: str) -> None:
    answer = await service.graphql(GENERATE, "bob", **wanted)

    assert message in answer.error["message"]


@pytest.mark.parametrize("wanted", [{"s": "read"}, {"s": "write"}, {"p": "only"}])
async def test_a_key_that_may_less_makes_none_that_may_more(service: Service, wanted: dict[str, Any]) -> None:
    await service.start_run("r", "only")
    less = (await new_key(service, **wanted))["name"]
    await service.graphql(CREATE_TEAM, t="kept")

    answers = [
        await service.graphql(GENERATE, less),
        await service.graphql(GENERATE, less, u="bob"),
        await service.graphql(RESET, less),
        await service.graphql('mutation { createTeam(input: {teamName: "more"}) { entity { id } } }', less),
    ]
    team = (await service.graphql(MEMBERS, less, t="kept")).data["entity"]
    assert [403] * 4 == [answer.status for answer in answers]
    assert None is team["invites"]
    assert ("p" in wanted) is (team["teamMembers"] is None)


async def test_admins_of_a_team_make_and_revoke_the_keys_of_its_programs_and_others_do_not(service: Service) -> None:
    await make_team(service, "fleet", bob="member")
    robot = await service_account(service, "fleet")
    made = await new_key(service, u=robot)
    nodes = (await service.graphql(KEYS_OF, u=robot)).data["user"]["apiKeys"]["edges"]
    refused = await service.graphql(GENERATE, "bob", u=robot)
    foreign = await service.graphql(REVOKE, "bob", i=made["id"])
    await service.graphql(REVOKE, i=made["id"])

    assert "write" == made["scope"]
    assert made["id"] in [edge["node"]["id"] for edge in nodes]
    assert [403, 404] == [refused.status, foreign.status]
    assert 401 == (await service.graphql("{ viewer { id } }", made["name"])).status


async def test_a_reset_leaves_the_new_key_alone(service: Service) -> None:
    old = [(await new_key(service, "eve"))["name"] for _ in range(2)]
    new = (await service.graphql(RESET, u="eve")).data["resetApiKeys"]["apiKey"]["name"]

    former, service.keys["eve"] = service.keys["eve"], new
    answers = [await service.graphql("{ viewer { username } }", key) for key in (*old, former, new)]
    assert [401, 401, 401, 200] == [answer.status for answer in answers]


async def test_a_site_admin_revokes_the_keys_of_others_and_users_only_theirs(service: Service) -> None:
    key = await new_key(service, "bob")
    foreign = await service.graphql(REVOKE, "eve", i=key["id"])
    unseen = await service.graphql(KEYS_OF, "eve", u="bob")
    await service.graphql(REVOKE, i=key["id"])

    assert (404, None) == (foreign.status, unseen.data["user"])
    assert 401 == (await service.graphql("{ viewer { id } }", key["name"])).status
