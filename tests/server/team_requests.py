"""Requests about teams, invites and keys, as tests send them."""

from __future__ import annotations

from typing import Any

from tests.service import Answer, Service

CREATE_TEAM = "mutation($t: String!) { createTeam(input: {teamName: $t}) { entity { id name kind } } }"
INVITE = (
    "mutation($t: String!, $u: String, $m: String, $r: String, $d: Int) {"
    " createInvite(input: {entityName: $t, username: $u, email: $m, role: $r, days: $d}) {"
    " invite { id role email teamName expiresAt user { username } invitedBy { username } } token } }"
)
ACCEPT = (
    "mutation($k: String, $i: ID) { acceptInvite(input: {token: $k, id: $i}) {"
    " teamMember { role team { name } user { username } } } }"
)
REVOKE_INVITE = "mutation($i: ID!) { revokeInvite(input: {id: $i}) { success } }"
CHANGE_ROLE = (
    "mutation($t: String!, $u: String!, $r: String!) {"
    " changeRole(input: {entityName: $t, username: $u, role: $r}) { teamMember { role } } }"
)
REMOVE = "mutation($t: String!, $u: String!) { removeMember(input: {entityName: $t, username: $u}) { success } }"
LEAVE = "mutation($t: String!) { leaveTeam(input: {entityName: $t}) { success } }"
SERVICE_ACCOUNT = (
    "mutation($t: String!, $d: String!, $u: String, $r: String) {"
    " createServiceAccount(input: {entityName: $t, description: $d, username: $u, role: $r}) {"
    " user { id username name kind } } }"
)
MEMBERS = (
    "query($t: String!, $n: Int, $a: String) { entity(name: $t) { teamMembers(first: $n, after: $a) { totalCount"
    " edges { node { role user { username kind } } } pageInfo { hasNextPage endCursor } }"
    " invites { totalCount edges { node { email role user { username } } } } } }"
)
GENERATE = (
    "mutation($u: String, $n: String, $s: String, $e: String, $p: String, $x: DateTime) { generateApiKey(input:"
    " {username: $u, name: $n, scope: $s, entityName: $e, projectName: $p, expiresAt: $x}) {"
    " apiKey { id name scope isLimited expiresAt project { name } } } }"
)


async def make_team(service: Service, name: str, **members: str) -> None:
    """A team of ada's, and in it these users as whatever is said."""
    assert 200 == (await service.graphql(CREATE_TEAM, t=name)).status
    for user, role in members.items():
        invited = await service.graphql(INVITE, t=name, u=user, r=role)
        await service.graphql(ACCEPT, user, k=invited.data["createInvite"]["token"])


async def members_of(service: Service, name: str, user: str = "ada") -> list[tuple[str, str]]:
    """The members of a team and their roles, as this user sees them."""
    answer = await service.graphql(MEMBERS, user, t=name)
    edges = answer.data["entity"]["teamMembers"]["edges"]
    return [(edge["node"]["user"]["username"], edge["node"]["role"]) for edge in edges]


async def new_key(service: Service, user: str = "ada", **wanted: object) -> dict[str, Any]:
    """A new key, as generateApiKey answers it."""
    found: dict[str, Any] = (await service.graphql(GENERATE, user, **wanted)).data["generateApiKey"]["apiKey"]
    return found


async def service_account(service: Service, team: str) -> str:
    """The username of a new service account, with whose key the service can be asked."""
    answer: Answer = await service.graphql(SERVICE_ACCOUNT, t=team, d="nightly")
    username: str = answer.data["createServiceAccount"]["user"]["username"]
    service.keys[username] = (await new_key(service, u=username))["name"]
    return username
