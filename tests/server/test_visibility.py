"""Who sees, logs to and changes what: roles in a team, visibility of a project, scope of a key, and their end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.server.team_world import World, open_world, read

EVERY = ("read", "log", "edit", "delete", "manage")


@pytest.fixture(scope="module")
async def world(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(database_url, tmp_path_factory.mktemp("world")) as world:
        yield world


async def _may(world: World, who: str | None, visibility: str) -> set[str]:
    """What somebody may do with a project of the team and a run in it that somebody else made."""
    service = world.service
    found = await read(world, who, visibility)
    may = {"read"} if found.status == 200 and found.body["data"]["project"] is not None else set()
    name = f"run-of-{uuid4().hex}"
    run = (await service.start_run(name, visibility, "mo", entityName="team"))["id"]

    async def works(document: str, **variables: object) -> bool:
        answer = await service.graphql(document, who, **variables)
        assert answer.status in (200, 401, 403, 404), answer
        return answer.status == 200 and "errors" not in answer.body

    logged = await service.stream(
        f"team/{visibility}/{name}", {"files": {"wandb-summary.json": {"offset": 0, "content": ["{}"]}}}, who
    )
    assert logged.status in (200, 401, 404)
    may |= {"log"} if logged.status == 200 else set()
    if await works('mutation($i: ID!) { updateRun(input: {id: $i, notes: "n"}) { run { id } } }', i=run):
        may.add("edit")
    if await works("mutation($i: ID!) { deleteRun(input: {id: $i}) { success } }", i=run):
        may.add("delete")
    if await works(
        "mutation($i: ID!, $v: ProjectVisibility!) { updateProject(input: {id: $i, visibility: $v}) { __typename } }",
        i=world.project_ids[visibility],
        v=visibility.upper(),
    ):
        may.add("manage")
    return may


ROLES = {
    "tina": {*EVERY},
    "mo": {*EVERY} - {"manage"},
    "vic": {"read"},
    "tina reads": {"read"},
    "tina writes": {*EVERY} - {"manage"},
    # Sites and other teams are administered by others than those who see them.
    "ada": set(),
    "eve": set(),
    None: set(),
    "expired": set(),
}


@pytest.mark.parametrize("visibility", ["private", "public", "open"])
@pytest.mark.parametrize("who", ROLES)
async def test_a_role_and_a_key_allow_what_the_table_says_and_visibility_adds_reading(
    world: World, who: str | None, visibility: str
) -> None:
    expected = ROLES[who] | ({"read"} if visibility != "private" and who != "expired" else set())

    assert expected == await _may(world, who, visibility)


async def test_a_key_for_one_project_sees_nothing_else_and_makes_no_other(world: World) -> None:
    service = world.service

    seen = await service.graphql("{ projects { edges { node { name } } } }", "tina here")
    other = await read(world, "tina here", "public")
    made = await service.graphql(
        'mutation { createProject(input: {name: "another", entityName: "team"}) { inserted } }', "tina here"
    )
    key = await service.graphql("mutation { generateApiKey(input: {}) { apiKey { name } } }", "tina here")

    assert {*EVERY} == await _may(world, "tina here", "private")
    assert ["private"] == [edge["node"]["name"] for edge in seen.data["projects"]["edges"]]
    assert other.data["project"] is None
    assert 404 == made.status
    assert 403 == key.status


async def test_whoever_is_signed_in_logs_to_an_open_project_and_changes_what_they_made(world: World) -> None:
    service = world.service
    bucket = await service.start_run("eves-run", "open", "eve", entityName="team")
    again = await service.start_run("eves-run", "open", "eve", entityName="team")
    logged = await service.stream(
        "team/open/eves-run", {"files": {"wandb-history.jsonl": {"offset": 0, "content": ['{"_step":0}']}}}, "eve"
    )
    edited = await service.graphql(
        'mutation($i: ID!) { updateRun(input: {id: $i, notes: "mine"}) { run { notes } } }', "eve", i=bucket["id"]
    )
    taken = await service.graphql(
        "mutation($i: UpsertBucketInput!) { upsertBucket(input: $i) { inserted } }",
        "eve",
        i={"name": "teams-run", "modelName": "open", "entityName": "team", "displayName": "taken"},
    )
    members = await service.graphql(
        'mutation($i: ID!) { updateRun(input: {id: $i, notes: "ours"}) { run { notes } } }', "mo", i=bucket["id"]
    )
    artifact = await service.graphql(
        "mutation($i: CreateArtifactInput!) { createArtifact(input: $i) { artifact { id } } }",
        "eve",
        i={
            "entityName": "team",
            "projectName": "open",
            "artifactTypeName": "model",
            "artifactCollectionNames": ["w"],
            "digest": "d",
            "digestAlgorithm": "MANIFEST_MD5",
            "runName": "eves-run",
        },
    )
    anybody = await service.graphql(
        'mutation { upsertBucket(input: {modelName: "open", entityName: "team"}) { inserted } }', None
    )
    name = await service.graphql(
        'query { project(entityName: "team", name: "open") { run(name: "teams-run") { displayName } } }', "mo"
    )

    assert bucket["id"] == again["id"]
    assert 200 == logged.status
    assert "mine" == edited.data["updateRun"]["run"]["notes"]
    assert 403 == taken.status
    assert "ours" == members.data["updateRun"]["run"]["notes"]
    assert 403 == artifact.status
    assert 401 == anybody.status
    assert "taken" != name.data["project"]["run"]["displayName"]


async def test_lists_without_an_entity_hold_only_projects_of_ones_own_entities(world: World) -> None:
    service = world.service
    own = await service.graphql("{ projects { totalCount } }", "eve")
    none = await service.graphql("{ projects { totalCount } }", None)
    named = await service.graphql('{ projects(entityName: "team") { totalCount edges { node { name } } } }', "eve")

    assert 0 == own.data["projects"]["totalCount"]
    assert 0 == none.data["projects"]["totalCount"]
    assert ["open", "public"] == [edge["node"]["name"] for edge in named.data["projects"]["edges"]]
    assert 2 == named.data["projects"]["totalCount"]


async def test_nobody_is_told_who_asks_without_a_key_and_a_wrong_key_is_refused(world: World) -> None:
    service = world.service

    nobody = await service.graphql("{ viewer { username } }", None)
    wrong = await service.graphql("{ viewer { username } }", "0" * 40)

    assert nobody.data["viewer"] is None
    assert 401 == wrong.status


async def test_the_header_that_asks_for_admin_privileges_grants_nothing(world: World) -> None:
    service = world.service
    document = '{ project(entityName: "team", name: "private") { id } users(query: "t") { edges { node { id } } } }'
    query = {"query": document}
    for user in ("eve", "ada"):
        plain = await service.http.post("/graphql", json=query, headers=service.headers(user))
        asked = await service.http.post(
            "/graphql", json=query, headers={**service.headers(user), "Use-Admin-Privileges": "true"}
        )

        assert plain.json() == asked.json()
        assert plain.json()["data"]["project"] is None


async def test_an_export_of_a_public_project_needs_no_key_and_one_of_a_private_is_as_if_it_were_not_there(
    world: World,
) -> None:
    http = world.service.http
    answers = [await http.get(f"/export/team/{name}/runs.ndjson") for name in ("public", "private", "nothing")]

    assert [200, 404, 404] == [answer.status_code for answer in answers]
    assert answers[1].text.replace("private", "nothing") == answers[2].text
