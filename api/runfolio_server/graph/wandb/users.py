"""Users that are looked up by name, for the query root's wire names."""

from __future__ import annotations

import strawberry

from runfolio_server.actions.access import Account, allowed
from runfolio_server.domain.permission import Permission
from runfolio_server.graph.identity.user import User
from runfolio_server.graph.info import RequestInfo
from runfolio_server.sql.identity.users import SELECT_USERS_LIKE

USERS_MAX = 1000


@strawberry.type(description="A user in a list.")
class UserEdge:
    """A user that was found."""

    node: User | None = strawberry.field(description="The user.")


@strawberry.type(description="Users that were found.")
class UserConnection:
    """Those whose account the viewer may see."""

    edges: list[UserEdge] = strawberry.field(description="The users, whoever is called exactly so first.")


async def find_users(info: RequestInfo, text: str) -> UserConnection:
    """The users whose name or email address has the text in it, of those whose account the viewer may see."""
    viewer = info.context.viewer
    async with info.context.database.connection() as connection:
        rows = await connection.rows(SELECT_USERS_LIKE, text, USERS_MAX)
    seen = [row for row in rows if allowed(viewer, Permission.READ, Account(row.user_id))]
    return UserConnection(edges=[UserEdge(node=User.of(row)) for row in seen])
