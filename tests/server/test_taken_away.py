"""What is taken away, a role, a key, an account or a visibility, ends what it allowed within what is remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.people import change, forget, make_key
from tests.server.team_world import World, open_world, read


@pytest.fixture(scope="module")
async def world(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(database_url, tmp_path_factory.mktemp("world")) as world:
        yield world


async def test_a_role_taken_away_ends_reading_and_a_live_file_stream_within_what_is_remembered(world: World) -> None:
    service = world.service
    await change(
        service,
        "INSERT INTO membership SELECT t.entity_id, u.user_id, 'member' FROM entities AS t, users AS u"
        " JOIN entities AS e USING (entity_id) WHERE t.name = 'team' AND e.name = 'eve'",
    )
    forget(service)
    body = {"files": {"wandb-summary.json": {"offset": 0, "content": ["{}"]}}}
    before = await service.stream("team/private/teams-run", body, "eve")
    await change(
        service,
        "DELETE FROM membership WHERE user_id = (SELECT user_id FROM users JOIN entities USING (entity_id)"
        " WHERE name = 'eve')",
    )
    # The key is looked up again when its seconds are over; what was found by the old role is not used any more then.
    service.app.state.remembered_access.viewers.clear(lambda *_: True)
    after = await service.stream("team/private/teams-run", body, "eve")
    seen = await read(world, "eve", "private")

    assert (200, 404) == (before.status, after.status)
    assert seen.data["project"] is None


@pytest.mark.parametrize("taken", ["key", "role", "user"])
async def test_a_signed_url_ends_with_what_it_was_made_for(world: World, taken: str) -> None:
    service = world.service
    user = {"key": "k", "role": "r", "user": "u"}[taken] + "-reader"
    await service.graphql("mutation($u: String!) { createUser(input: {username: $u}) { user { id } } }", u=user)
    await make_key(service, user, user)
    await change(
        service,
        "INSERT INTO membership SELECT t.entity_id, u.user_id, 'member' FROM entities AS t, users AS u"
        " JOIN entities AS e USING (entity_id) WHERE t.name = 'team' AND e.name = $1",
        user,
    )
    answer = await service.graphql(
        "mutation($i: CreateRunFilesInput!) { createRunFiles(input: $i) { files { uploadUrl } } }",
        user,
        i={"entityName": "team", "projectName": "private", "runName": "teams-run", "files": ["a.txt"]},
    )
    upload = answer.data["createRunFiles"]["files"][0]["uploadUrl"]
    assert 200 == (await service.http.put(upload, content=b"a")).status_code
    found = await service.graphql(
        'query { project(entityName: "team", name: "private") { run(name: "teams-run") { files(names: ["a.txt"]) {'
        " edges { node { directUrl } } } } } }",
        user,
    )
    url = found.data["project"]["run"]["files"]["edges"][0]["node"]["directUrl"]
    assert 200 == (await service.http.get(url)).status_code

    is_user = "user_id = (SELECT user_id FROM users JOIN entities USING (entity_id) WHERE name = $1)"
    await change(
        service,
        {
            "key": f"UPDATE api_keys SET revoked_at = now() WHERE {is_user}",
            "role": f"DELETE FROM membership WHERE {is_user}",
            "user": f"UPDATE users SET deactivated_at = now() WHERE {is_user}",
        }[taken],
        user,
    )
    forget(service)

    assert 403 == (await service.http.get(url)).status_code
    assert 403 == (await service.http.put(upload, content=b"b")).status_code


async def test_a_signed_url_of_somebody_without_a_key_ends_when_the_project_is_private_again(world: World) -> None:
    service = world.service
    answer = await service.graphql(
        "mutation($i: CreateRunFilesInput!) { createRunFiles(input: $i) { files { uploadUrl } } }",
        "mo",
        i={"entityName": "team", "projectName": "public", "runName": "teams-run", "files": ["b.txt"]},
    )
    await service.http.put(answer.data["createRunFiles"]["files"][0]["uploadUrl"], content=b"b")
    found = await service.graphql(
        'query { project(entityName: "team", name: "public") { run(name: "teams-run") { files(names: ["b.txt"]) {'
        " edges { node { directUrl } } } } } }",
        None,
    )
    url = found.data["project"]["run"]["files"]["edges"][0]["node"]["directUrl"]
    first = await service.http.get(url)
    await change(service, "UPDATE projects SET visibility = 'private' WHERE name = 'public'")
    second = await service.http.get(url)
    await change(service, "UPDATE projects SET visibility = 'public' WHERE name = 'public'")

    assert (200, 403) == (first.status_code, second.status_code)
