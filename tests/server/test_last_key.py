"""Somebody can always issue keys: the last key of the last site admin is not revoked, whoever tries at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from tests.service import Answer, Service

NEW_USER = "mutation($u: String!) { createUser(input: {username: $u, admin: true}) { user { id } } }"
NEW_KEY = "mutation($u: String) { generateApiKey(input: {username: $u}) { apiKey { id name } } }"
REVOKE = "mutation($id: String!) { deleteApiKey(input: {id: $id}) { success } }"
KEYS = "{ viewer { apiKeys { edges { node { id } } } } }"


async def _new_key(service: Service, user: str, owner: str | None = None) -> str:
    answer = await service.graphql(NEW_KEY, user, u=owner)
    key: dict[str, str] = answer.data["generateApiKey"]["apiKey"]
    service.keys[owner or user] = key["name"]
    return key["id"]


async def _keys(service: Service, user: str) -> list[str]:
    edges = (await service.graphql(KEYS, user)).data["viewer"]["apiKeys"]["edges"]
    return [edge["node"]["id"] for edge in edges]


async def _revoke(service: Service, user: str, *key_ids: str) -> list[int]:
    answers: Sequence[Answer] = await asyncio.gather(*(service.graphql(REVOKE, user, id=key_id) for key_id in key_ids))
    return [answer.status for answer in answers]


@pytest.fixture(autouse=True)
async def only_ada_has_a_key(service: Service) -> AsyncIterator[None]:
    """Of the site admins, and only one."""
    yield
    async with service.database.connection() as connection:
        await connection.script(
            "UPDATE api_keys SET revoked_at = now() FROM users AS u JOIN entities AS e USING (entity_id)"
            " WHERE u.user_id = api_keys.user_id AND u.is_admin AND e.name <> 'ada'"
        )


async def test_the_last_key_of_the_last_site_admin_stays_and_the_refusal_says_what_to_do(service: Service) -> None:
    (key_id,) = await _keys(service, "ada")

    refused = await service.graphql(REVOKE, id=key_id)
    another = await _new_key(service, "ada")
    revoked = await service.graphql(REVOKE, id=key_id)

    assert (403, "FORBIDDEN", "input.id") == (
        refused.status,
        refused.error["extensions"]["code"],
        refused.error["extensions"]["path"],
    )
    assert "last API key of the last site admin" in refused.error["message"]
    assert "Make another one, then revoke this." in refused.error["message"]
    assert 200 == revoked.status
    assert [another] == await _keys(service, "ada")


async def test_other_users_may_revoke_their_last_key(service: Service) -> None:
    (key_id,) = await _keys(service, "bob")

    assert [200] == await _revoke(service, "bob", key_id)


async def test_a_site_admin_may_revoke_the_last_key_while_another_has_one(service: Service) -> None:
    await service.graphql(NEW_USER, u="second")
    key_id = await _new_key(service, "ada", "second")

    assert [200] == await _revoke(service, "second", key_id)


@pytest.mark.parametrize("owner", ["ada", "third"])
async def test_of_two_who_revoke_the_last_two_keys_at_once_one_is_refused(service: Service, owner: str) -> None:
    if owner == "third":
        await service.graphql(NEW_USER, u="third")
    (own_id,), own_key = await _keys(service, "ada"), service.keys["ada"]
    other_id = await _new_key(service, "ada", owner)
    other_key = service.keys[owner]

    async with service.database.transaction() as connection:
        # Neither ends before both have looked what the other one leaves, unless one waits for the other.
        await connection.script("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")
        revoking = [
            asyncio.create_task(_revoke(service, key, key_id))
            for key, key_id in ((own_key, own_id), (other_key, other_id))
        ]
        waiting = "SELECT count(*) FROM pg_locks, pg_sleep(0.01) WHERE NOT granted"
        while await connection._raw.fetchval(waiting) < 2:
            pass
    (own,), (other,) = await asyncio.gather(*revoking)

    assert [200, 403] == sorted([own, other])
    # The other tests begin with one key of ada's.
    service.keys["ada"] = own_key
    if own == 200:
        await _new_key(service, other_key, "ada")
        await _revoke(service, other_key, other_id)


async def test_keys_are_listed_newest_first_and_page_by_page(service: Service) -> None:
    made = [await _new_key(service, "eve") for _ in range(7)]
    query = (
        "query($first: Int, $after: String) { viewer { apiKeys(first: $first, after: $after) {"
        " totalCount edges { cursor node { id } } pageInfo { hasNextPage endCursor } } } }"
    )
    found: list[str] = []
    after, has_next = None, True
    while has_next:
        page = (await service.graphql(query, "eve", first=3, after=after)).data["viewer"]["apiKeys"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        after, has_next = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        # A key that a cursor names may go.
        assert page["totalCount"] == 8 - (len(found) > 3)
        if len(found) == 3:
            assert [200] == await _revoke(service, "eve", found[-1])

    assert made[::-1] == found[:7]
    assert 8 == len(found)
    assert [key for key in found if key != found[2]] == await _keys(service, "eve")


async def test_the_newest_of_more_than_a_thousand_keys_are_listed(service: Service) -> None:
    # More than one may have by now: from before there was a bound.
    newest = await _new_key(service, "eve")
    async with service.database.connection() as connection:
        await connection.script(
            "INSERT INTO api_keys (api_key_id, user_id, key_hash, created_at)"
            " SELECT gen_random_uuid(), u.user_id, sha256(n::text::bytea), now() - interval '1 day'"
            " FROM users AS u JOIN entities AS e USING (entity_id), generate_series(1, 1005) AS n WHERE e.name = 'eve'"
        )

    listed = await _keys(service, "eve")

    assert (1000, newest) == (len(listed), listed[0])


@pytest.mark.parametrize("after", ["x", "WyJhcGlLZXlzIiwieCJd", "WyJmaWxlcyIsImEiXQ"])
async def test_what_is_no_cursor_of_the_keys_is_refused(service: Service, after: str) -> None:
    answer = await service.graphql("query($a: String) { viewer { apiKeys(after: $a) { totalCount } } }", a=after)

    assert (400, "after") == (answer.status, answer.error["extensions"]["path"])
