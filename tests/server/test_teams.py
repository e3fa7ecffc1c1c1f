"""Teams: who is in them, who says so, and that a team's projects are its members'."""

from __future__ import annotations

import asyncio

import pytest

from tests.server.team_requests import (
    CHANGE_ROLE,
    CREATE_TEAM,
    LEAVE,
    MEMBERS,
    REMOVE,
    SERVICE_ACCOUNT,
    make_team,
    members_of,
    new_key,
    service_account,
)
from tests.service import Service

RUNS = "query($e: String!, $p: String!) { project(entityName: $e, name: $p) { runs { totalCount } } }"


async def test_a_team_that_is_made_twice_is_one_with_its_maker_as_the_admin(service: Service) -> None:
    made = [await service.graphql(CREATE_TEAM, "bob", t="acme") for _ in range(2)]

    assert made[0].data == made[1].data
    assert "team" == made[0].data["createTeam"]["entity"]["kind"]
    assert [("bob", "admin")] == await members_of(service, "acme", "bob")


async def test_users_and_teams_share_one_set_of_names(service: Service) -> None:
    await make_team(service, "taken")
    of_user = await service.graphql(CREATE_TEAM, t="bob")
    of_others = await service.graphql(CREATE_TEAM, "bob", t="taken")
    user = await service.graphql('mutation { createUser(input: {username: "taken"}) { user { id } } }')

    assert [409] * 3 == [answer.status for answer in (of_user, of_others, user)]


async def test_only_a_site_admin_makes_a_team_for_somebody_else(service: Service) -> None:
    document = 'mutation { createTeam(input: {teamName: "gift", teamAdminUserName: "bob"}) { entity { name } } }'

    refused = await service.graphql(document, "eve")
    await service.graphql(document)

    assert 403 == refused.status
    assert [("bob", "admin")] == await members_of(service, "gift", "bob")
    assert None is (await service.graphql(MEMBERS, t="gift")).data["entity"]


async def test_a_team_is_nothing_to_whoever_is_not_in_it(service: Service) -> None:
    await make_team(service, "secret")
    theirs = await service.graphql(MEMBERS, "eve", t="secret")
    none = await service.graphql(MEMBERS, "eve", t="nothing")
    changes = [await service.graphql(CHANGE_ROLE, "eve", t=name, u="ada", r="viewer") for name in ("secret", "nothing")]

    assert theirs.body == none.body
    assert [404, 404] == [answer.status for answer in changes]
    assert changes[0].error["message"].replace("secret", "nothing") == changes[1].error["message"]


@pytest.mark.parametrize(("role", "status"), [("viewer", 404), ("member", 200), ("admin", 200)])
async def test_members_log_to_the_projects_of_their_team_and_viewers_read_them(
    service: Service, role: str, status: int
) -> None:
    team = f"lab-{role}"
    await make_team(service, team, bob=role)
    await service.start_run("first", "p", entityName=team)
    answer = await service.stream(
        f"{team}/p/first", {"files": {"wandb-history.jsonl": {"offset": 0, "content": ['{"_step":0}']}}}, "bob"
    )

    read = await service.graphql(RUNS, "bob", e=team, p="p")
    assert (1, status) == (read.data["project"]["runs"]["totalCount"], answer.status)


async def test_admins_change_roles_and_remove_and_others_do_not(service: Service) -> None:
    await make_team(service, "crew", bob="member", eve="viewer")
    refused = await service.graphql(CHANGE_ROLE, "bob", t="crew", u="eve", r="admin")
    for _ in range(2):
        await service.graphql(CHANGE_ROLE, t="crew", u="eve", r="member")
    await service.graphql(REMOVE, t="crew", u="bob")
    again = await service.graphql(REMOVE, t="crew", u="bob")

    assert 404 == refused.status
    assert (404, "bob is not in the team crew.") == (again.status, again.error["message"])
    assert [("ada", "admin"), ("eve", "member")] == await members_of(service, "crew")
    assert None is (await service.graphql(MEMBERS, "bob", t="crew")).data["entity"]


async def test_an_unknown_role_is_refused_with_the_ones_there_are(service: Service) -> None:
    await make_team(service, "roles")
    answer = await service.graphql(CHANGE_ROLE, t="roles", u="ada", r="owner")

    assert 'input.role is "owner"; allowed: admin, member, viewer' == answer.error["message"]


async def test_the_last_admin_neither_leaves_nor_is_demoted_or_removed(service: Service) -> None:
    await make_team(service, "solo", bob="member")
    answers = [
        await service.graphql(LEAVE, t="solo"),
        await service.graphql(REMOVE, t="solo", u="ada"),
        await service.graphql(CHANGE_ROLE, t="solo", u="ada", r="member"),
    ]

    assert [403] * 3 == [answer.status for answer in answers]
    assert all("ada is the last admin of the team solo" in answer.error["message"] for answer in answers)


async def test_of_two_last_admins_who_leave_at_once_one_stays(service: Service) -> None:
    await make_team(service, "pair", bob="admin")
    answers = await asyncio.gather(*(service.graphql(LEAVE, user, t="pair") for user in ("ada", "bob")))

    assert [200, 403] == sorted(answer.status for answer in answers)


async def test_a_personal_entity_has_no_members(service: Service) -> None:
    answer = await service.graphql(CHANGE_ROLE, t="ada", u="bob", r="admin")
    own = await service.graphql(MEMBERS, t="ada")

    assert 'input.entityName "ada" is the entity of a user' in answer.error["message"]
    assert None is own.data["entity"]["teamMembers"]


async def test_members_come_in_pages_people_first(service: Service) -> None:
    await make_team(service, "many")
    robots = [await service_account(service, "many") for _ in range(2)]
    # bob comes into the team after the accounts of programs.
    await service.graphql(CREATE_TEAM, t="many")
    pages: list[str] = []
    after: str | None = None
    for _ in range(3):
        page = (await service.graphql(MEMBERS, t="many", n=1, a=after)).data["entity"]["teamMembers"]
        pages += [edge["node"]["user"]["username"] for edge in page["edges"]]
        assert 3 == page["totalCount"]
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasNextPage"] is (len(pages) < 3)

    assert ["ada", *robots] == pages


async def test_a_service_account_logs_to_its_team_and_nowhere_else(service: Service) -> None:
    await make_team(service, "shop")
    robot = await service_account(service, "shop")
    run = await service.start_run("nightly", "p", robot)
    viewer = (await service.graphql("{ viewer { kind defaultEntity { name } } }", robot)).data["viewer"]
    elsewhere = await service.graphql(
        'mutation { upsertBucket(input: {name: "x", modelName: "p", entityName: "ada"}) { inserted } }', robot
    )
    members = await service.graphql(SERVICE_ACCOUNT, robot, t="shop", d="more of me")

    assert "shop" == run["project"]["entity"]["name"]
    assert {"kind": "service", "defaultEntity": {"name": "shop"}} == viewer
    assert 404 == elsewhere.status
    assert 403 == members.status


async def test_a_service_account_of_a_name_is_made_once_and_ends_with_its_membership(service: Service) -> None:
    await make_team(service, "works")
    made = [await service.graphql(SERVICE_ACCOUNT, t="works", d="CI", u="works-ci") for _ in range(2)]
    service.keys["works-ci"] = (await new_key(service, u="works-ci"))["name"]
    before = await service.graphql("{ viewer { username } }", "works-ci")
    await service.graphql(REMOVE, t="works", u="works-ci")
    after = await service.graphql("{ viewer { username } }", "works-ci")

    assert made[0].data == made[1].data
    assert (200, 401) == (before.status, after.status)
