"""Users and API keys: who may make them, and that a key works from its making to its end."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.service import Answer, Service

CREATE = (
    "mutation($email: String, $username: String, $admin: Boolean) {"
    " createUser(input: {email: $email, username: $username, admin: $admin}) { user { id username } } }"
)
GENERATE = (
    "mutation($description: String, $username: String) {"
    " generateApiKey(input: {description: $description, username: $username}) { apiKey { id name } } }"
)


async def _create(service: Service, user: str = "ada", **fields: object) -> Answer:
    return await service.graphql(CREATE, user, **fields)


async def _generate(service: Service, user: str = "ada", **fields: object) -> dict[str, Any]:
    answer = await service.graphql(GENERATE, user, **fields)
    found: dict[str, Any] = answer.data["generateApiKey"]["apiKey"]
    return found


async def test_a_new_user_and_its_key_as_clients_ask_for_them(service: Service) -> None:
    made = (await _create(service, email="carl@example.com", username="carl", admin=False)).data["createUser"]["user"]
    key = await _generate(service, description="for carl's laptop", username="carl")

    service.keys["carl"] = key["name"]
    answer = await service.graphql("{ viewer { id username email admin defaultEntity { name kind } } }", "carl")

    assert "carl" == made["username"]
    assert re.fullmatch("[0-9a-f]{40}", key["name"])
    assert {
        "id": made["id"],
        "username": "carl",
        "email": "carl@example.com",
        "admin": False,
        "defaultEntity": {"name": "carl", "kind": "user"},
    } == answer.data["viewer"]


async def test_a_user_without_a_username_is_called_by_the_email(service: Service) -> None:
    made = await _create(service, email="Dora.D@example.com")

    assert "dora.d" == made.data["createUser"]["user"]["username"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "input.username '' is not a valid name"),
        ({"username": ""}, "is not a valid name"),
        ({"username": "A B"}, "1 to 63 of a-z 0-9 _ . -"),
        ({"username": "a/b"}, "1 to 63 of a-z 0-9 _ . -"),
        ({"username": "fine", "email": "no address"}, "input.email 'no address' is not an email address"),
        ({"username": "fine", "email": "a@b\n"}, "is not an email address"),
    ],
)
async def test_a_user_of_a_wrong_name_or_address_is_refused(
    service: Service, fields: dict[str, str], message: str
) -> None:
    answer = await _create(service, **fields)

    assert 400 == answer.status
    assert message in answer.error["message"]


async def test_a_taken_name_or_address_is_a_clear_conflict_and_leaves_nothing(service: Service) -> None:
    await _create(service, username="emil", email="emil@example.com")

    name = await _create(service, username="emil")
    address = await _create(service, username="emil2", email="emil@example.com")
    again = await _create(service, username="emil2")

    assert (409, "An entity of this name exists already; choose another username.") == (
        name.status,
        name.error["message"],
    )
    assert (409, "A user with this email exists already.") == (address.status, address.error["message"])
    assert "emil2" == again.data["createUser"]["user"]["username"]


async def test_two_users_may_have_no_address(service: Service) -> None:
    answers = [await _create(service, username=name) for name in ("fred", "fritz")]

    assert [200, 200] == [answer.status for answer in answers]


async def test_an_admin_made_by_an_admin_may_make_users(service: Service) -> None:
    await _create(service, username="gail", admin=True)
    service.keys["gail"] = (await _generate(service, username="gail"))["name"]

    assert 200 == (await _create(service, "gail", username="gus")).status


async def test_others_may_make_neither_users_nor_keys_for_others(service: Service) -> None:
    user = await _create(service, "eve", username="henry")
    key = await service.graphql(GENERATE, "eve", username="bob")

    assert (403, "Only a site admin may create users; eve is not one.") == (user.status, user.error["message"])
    assert (403, "Only a site admin may make keys for other users; eve is not one.") == (
        key.status,
        key.error["message"],
    )


async def test_a_key_for_a_user_who_is_not_there_is_404(service: Service) -> None:
    answer = await service.graphql(GENERATE, username="nobody")

    assert (404, "There is no user 'nobody'.") == (answer.status, answer.error["message"])


@pytest.mark.parametrize("description", ["x" * 1001, "a\nb"])
async def test_the_description_of_a_key_is_one_line_of_bounded_length(service: Service, description: str) -> None:
    answer = await service.graphql(GENERATE, description=description)

    assert (400, "input.description") == (answer.status, answer.error["extensions"]["path"])


async def test_everybody_makes_keys_for_oneself_and_each_call_makes_another(service: Service) -> None:
    first, second = await _generate(service, "eve"), await _generate(service, "eve", username="eve")

    assert first["name"] != second["name"]
    assert first["id"] != second["id"]
    for key in (first, second):
        answer = await service.graphql("{ viewer { username } }", key["name"])
        assert "eve" == answer.data["viewer"]["username"]


async def test_keys_are_listed_under_a_public_name_and_for_their_owner_only(service: Service) -> None:
    key = await _generate(service, "bob", description="laptop")

    answer = await service.graphql(
        "{ viewer { apiKeys { edges { node { id name description createdAt lastUsedAt } } } } }", "bob"
    )

    nodes = [edge["node"] for edge in answer.data["viewer"]["apiKeys"]["edges"]]
    assert "laptop" == next(node["description"] for node in nodes if node["id"] == key["id"])
    assert all(re.fullmatch("key-[0-9a-f]{8}", node["name"]) for node in nodes)
    assert any(node["lastUsedAt"] for node in nodes)
    await service.start_run("own", "p", "bob")
    assert key["name"] not in str(answer.body)


async def test_no_key_is_stored_as_it_is(service: Service) -> None:
    key = await _generate(service)

    async with service.database.connection() as connection:
        records = await connection._raw.fetch("SELECT k::text AS whole FROM api_keys AS k")

    assert records
    assert not any(key["name"] in record["whole"] for record in records)


async def test_a_revoked_key_stops_working_at_once_where_it_was_revoked(service: Service) -> None:
    key = await _generate(service, "eve")
    before = await service.graphql("{ viewer { username } }", key["name"])
    revoke = "mutation($id: String!) { deleteApiKey(input: {id: $id}) { success } }"

    revoked = await service.graphql(revoke, "eve", id=key["id"])
    again = await service.graphql(revoke, "eve", id=key["id"])
    after = await service.graphql("{ viewer { username } }", key["name"])

    assert "eve" == before.data["viewer"]["username"]
    assert revoked.data["deleteApiKey"]["success"]
    assert (404, "You have no API key of this id.") == (again.status, again.error["message"])
    assert (401, "has been revoked") == (after.status, after.error["message"][-17:-1])
