"""Accounts that are changed, shut out and let in again, and the site admins who do it."""

from __future__ import annotations

import pytest

from tests.service import Service

UPDATE = (
    "mutation($u: String, $n: String, $m: String, $a: Boolean) { updateUser(input:"
    " {username: $u, displayName: $n, email: $m, admin: $a}) { user { username name email admin } } }"
)
DEACTIVATE = "mutation($u: String!) { deactivateUser(input: {username: $u}) { user { deactivatedAt } } }"
ACTIVATE = "mutation($u: String!) { activateUser(input: {username: $u}) { user { deactivatedAt } } }"
GENERATE = "mutation($u: String) { generateApiKey(input: {username: $u}) { apiKey { name } } }"


async def test_people_say_what_they_are_called_and_site_admins_the_rest(service: Service) -> None:
    named = (await service.graphql(UPDATE, "bob", n="Bob B.")).data["updateUser"]["user"]
    refused = [
        await service.graphql(UPDATE, "bob", m="x@y.zz"),
        await service.graphql(UPDATE, "bob", a=True),
        await service.graphql(UPDATE, "bob", u="eve", n="E"),
    ]
    changed = (await service.graphql(UPDATE, u="bob", m="bob@example.com", a=True)).data["updateUser"]["user"]
    cleared = (await service.graphql(UPDATE, u="bob", n="", m="", a=False)).data["updateUser"]["user"]

    assert {"username": "bob", "name": "Bob B.", "email": None, "admin": False} == named
    assert [403] * 3 == [answer.status for answer in refused]
    assert {"username": "bob", "name": "Bob B.", "email": "bob@example.com", "admin": True} == changed
    assert {"username": "bob", "name": "bob", "email": None, "admin": False} == cleared


async def test_somebody_who_is_shut_out_can_do_nothing_until_they_get_a_new_key(service: Service) -> None:
    shut = [await service.graphql(DEACTIVATE, u="eve") for _ in range(2)][1]
    refused = await service.graphql("{ viewer { id } }", "eve")
    no_key = await service.graphql(GENERATE, u="eve")
    back = await service.graphql(ACTIVATE, u="eve")
    old = await service.graphql("{ viewer { id } }", "eve")
    service.keys["eve"] = (await service.graphql(GENERATE, u="eve")).data["generateApiKey"]["apiKey"]["name"]

    assert shut.data["deactivateUser"]["user"]["deactivatedAt"]
    assert [401, 403, 401] == [refused.status, no_key.status, old.status]
    assert None is back.data["activateUser"]["user"]["deactivatedAt"]
    assert 200 == (await service.graphql("{ viewer { id } }", "eve")).status


@pytest.mark.parametrize("document", [DEACTIVATE, UPDATE])
async def test_the_last_site_admin_stays_one(service: Service, document: str) -> None:
    answer = (
        await service.graphql(document, u="ada", a=False)
        if document is UPDATE
        else await service.graphql(document, u="ada")
    )

    assert 403 == answer.status
    assert "This is the last site admin who can sign in" in answer.error["message"]


async def test_nobody_but_a_site_admin_shuts_anybody_out(service: Service) -> None:
    assert 403 == (await service.graphql(DEACTIVATE, "bob", u="eve")).status


async def test_each_change_of_people_is_told_by_an_event_with_who_did_it(service: Service) -> None:
    await service.graphql(UPDATE, u="bob", n="B")
    await service.graphql('mutation { createTeam(input: {teamName: "told"}) { entity { id } } }')
    await service.graphql('mutation { createInvite(input: {entityName: "told", username: "bob"}) { token } }')
    await service.graphql(GENERATE, u="bob")

    async with service.database.connection() as connection:
        records = await connection._raw.fetch(
            "SELECT kind, detail ->> 'by' AS by FROM event ORDER BY event_id DESC LIMIT 4"
        )
        ada = await connection._raw.fetchval(
            "SELECT user_id FROM users JOIN entities USING (entity_id) WHERE name = 'ada'"
        )
    assert ["api_key_made", "invite_changed", "membership_changed", "user_changed"] == [
        record["kind"] for record in records
    ]
    assert {str(ada)} == {record["by"] for record in records}
