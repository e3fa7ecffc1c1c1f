"""Invites: who makes them, who accepts them, and when they are over."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio_server.sql.named import NoRow, Query
from tests.server.team_requests import (
    ACCEPT,
    CHANGE_ROLE,
    INVITE,
    MEMBERS,
    REVOKE_INVITE,
    make_team,
    members_of,
)
from tests.service import Service

MINE = "{ viewer { invites { id teamName role } } }"
END = Query("end_invites", "UPDATE invite SET expires_at = now() WHERE entity_id > $1", NoRow)


async def test_a_user_who_is_invited_by_name_sees_it_and_comes_in(service: Service) -> None:
    await make_team(service, "named")
    await service.graphql(INVITE, t="named", u="bob", r="admin")
    (invite,) = (await service.graphql(MINE, "bob")).data["viewer"]["invites"]
    accepted = [await service.graphql(ACCEPT, "bob", i=invite["id"]) for _ in range(2)]

    assert ("named", "admin") == (invite["teamName"], invite["role"])
    member = {"role": "admin", "team": {"name": "named"}, "user": {"username": "bob"}}
    assert [member] * 2 == [answer.data["acceptInvite"]["teamMember"] for answer in accepted]
    assert [] == (await service.graphql(MINE, "bob")).data["viewer"]["invites"]


async def test_an_invite_to_an_address_is_for_whoever_has_it_and_for_its_token_once(service: Service) -> None:
    await make_team(service, "mailed")
    await service.graphql('mutation { updateUser(input: {username: "bob", email: "Bob@Example.com"}) { user { id } } }')
    invited = await service.graphql(INVITE, t="mailed", m="bob@example.com")
    token = invited.data["createInvite"]["token"]
    seen = (await service.graphql(MINE, "bob")).data["viewer"]["invites"]
    unseen = await service.graphql(ACCEPT, "eve", i=invited.data["createInvite"]["invite"]["id"])
    handed_over = await service.graphql(ACCEPT, "eve", k=token)
    used = await service.graphql(ACCEPT, "bob", k=token)

    assert ["mailed"] == [invite["teamName"] for invite in seen]
    assert [404, 200, 404] == [answer.status for answer in (unseen, handed_over, used)]
    assert [("ada", "admin"), ("eve", "member")] == await members_of(service, "mailed")


async def test_the_token_for_a_user_is_good_for_that_user_alone(service: Service) -> None:
    await make_team(service, "alone")
    token = (await service.graphql(INVITE, t="alone", u="bob")).data["createInvite"]["token"]

    assert [404, 200] == [(await service.graphql(ACCEPT, user, k=token)).status for user in ("eve", "bob")]


async def test_an_invite_that_was_revoked_or_is_over_lets_nobody_in(service: Service) -> None:
    await make_team(service, "late")
    revoked = (await service.graphql(INVITE, t="late", u="bob")).data["createInvite"]
    for user in ("ada", "bob"):
        assert 200 == (await service.graphql(REVOKE_INVITE, user, i=revoked["invite"]["id"])).status
    old = (await service.graphql(INVITE, t="late", u="eve")).data["createInvite"]
    async with service.database.connection() as connection:
        await connection.execute(END, 0)

    answers = [
        await service.graphql(ACCEPT, "bob", k=revoked["token"]),
        await service.graphql(ACCEPT, "eve", k=old["token"]),
        await service.graphql(ACCEPT, "eve", k="no token"),
        await service.graphql(REVOKE_INVITE, "eve", i=revoked["invite"]["id"]),
    ]
    assert [404] * 4 == [answer.status for answer in answers]
    assert 1 == len({answer.error["message"] for answer in answers})


async def test_an_invite_ends_with_the_role_of_whoever_made_it(service: Service) -> None:
    await make_team(service, "former", bob="admin")
    token = (await service.graphql(INVITE, "bob", t="former", u="eve", r="admin")).data["createInvite"]["token"]
    await service.graphql(CHANGE_ROLE, t="former", u="bob", r="viewer")

    assert 404 == (await service.graphql(ACCEPT, "eve", k=token)).status
    assert None is (await service.graphql(MEMBERS, "bob", t="former")).data["entity"]["invites"]


async def test_whoever_is_invited_or_in_the_team_already_is_a_conflict(service: Service) -> None:
    await make_team(service, "twice", bob="member")
    answers = [await service.graphql(INVITE, t="twice", u=user) for user in ("eve", "eve", "bob")]
    answers += [await service.graphql(INVITE, t="twice", m=address) for address in ("x@y.zz", "X@Y.zz")]

    assert [200, 409, 409, 200, 409] == [answer.status for answer in answers]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({}, "give one of input.username and input.email"),
        ({"u": "bob", "m": "a@b.cc"}, "give one of input.username and input.email"),
        ({"m": "nobody"}, "input.email 'nobody' is not an email address"),
        ({"u": "nobody"}, "There is no user 'nobody'."),
        ({"u": "bob", "r": "king"}, 'input.role is "king"; allowed: admin, member, viewer'),
        ({"u": "bob", "d": 91}, "input.days is 91; allowed: 1 to 90"),
    ],
)
async def test_an_invite_of_a_wrong_form_is_refused(service: Service, wanted: dict[str, Any], message: str) -> None:
    await make_team(service, "forms")
    answer = await service.graphql(INVITE, t="forms", **wanted)

    assert message in answer.error["message"]


async def test_no_token_is_stored_as_it_is(service: Service) -> None:
    await make_team(service, "hashed")
    token = (await service.graphql(INVITE, t="hashed", u="bob")).data["createInvite"]["token"]
    async with service.database.connection() as connection:
        records = await connection._raw.fetch("SELECT i::text AS whole FROM invite AS i")

    assert records
    assert not any(token in record["whole"] for record in records)
