"""Invite: what brings somebody into a team, once they accept it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from runfolio_server.actions.identity.invites import OPEN_INVITES_MAX
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.errors import AppError
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import Connection, build_connection, page_size
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.graph.wandb.invite import InviteWireNames
from runfolio_server.sql.identity.invites import (
    COUNT_OPEN_INVITES,
    SELECT_OPEN_INVITES_PAGE,
    SELECT_OPEN_INVITES_TO,
    InviteRow,
)
from runfolio_server.sql.identity.users import UserRow

if TYPE_CHECKING:
    from runfolio_server.graph.identity.user import User

LazyUser = Annotated["User", strawberry.lazy("runfolio_server.graph.identity.user")]
CURSOR_KIND = "invites"


@strawberry.type(description="What brings somebody into a team, once they accept it.")
class Invite(InviteWireNames, Node):
    """One invite."""

    row: strawberry.Private[InviteRow]
    role: str = strawberry.field(description="What they become: `admin`, `member` or `viewer`.")
    email: str | None = strawberry.field(description="The address that is invited; null: a user is.")
    created_at: datetime = strawberry.field(description="When it was made, UTC.")
    expires_at: datetime = strawberry.field(description="From then on it is good for nothing, UTC.")

    @strawberry.field(description="The name of the team.")
    async def team_name(self, info: RequestInfo) -> str:
        """The team, which whoever is invited may not see yet."""
        row = await info.context.loaders.entity.load(self.row.entity_id)
        return "" if row is None else row.name

    @strawberry.field(description="The user who is invited; null: whoever has the address.")
    async def user(self, info: RequestInfo) -> LazyUser | None:
        """Whom it means."""
        return None if self.row.user_id is None else await _user(info, self.row.user_id)

    @strawberry.field(description="Who invites; null: an account that is gone.")
    async def invited_by(self, info: RequestInfo) -> LazyUser | None:
        """Whoever made it."""
        return await _user(info, self.row.invited_by)

    @classmethod
    def of(cls, row: InviteRow) -> Invite:
        """The invite of a row."""
        return cls(
            id=encode_node_id("Invite", row.invite_id),
            row=row,
            role=row.role,
            email=row.email,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )


async def invites_to(info: RequestInfo, user: UserRow) -> list[Invite]:
    """The open invites that this user may accept, newest first."""
    async with info.context.database.connection() as connection:
        rows = await connection.rows(SELECT_OPEN_INVITES_TO, user.user_id, user.email, OPEN_INVITES_MAX)
    return [Invite.of(row) for row in rows]


async def invite_page(info: RequestInfo, entity_id: int, first: int | None, after: str | None) -> Connection[Invite]:
    """A page of the open invites to a team."""
    database = info.context.database
    size = page_size(first)
    after_id = _invite_id_of(after) if after else None
    async with database.connection() as connection:
        rows = await connection.rows(SELECT_OPEN_INVITES_PAGE, entity_id, after_id, size + 1)

    async def count() -> int:
        async with database.connection() as connection:
            row = await connection.row(COUNT_OPEN_INVITES, entity_id)
        return row.count if row else 0

    return build_connection(rows, size, Invite.of, lambda row: encode_cursor(CURSOR_KIND, [str(row.invite_id)]), count)


async def _user(info: RequestInfo, user_id: int) -> User | None:
    from runfolio_server.graph.identity.user import User

    row = await info.context.loaders.user.load(user_id)
    return None if row is None else User.of(row)


def _invite_id_of(cursor: str) -> UUID:
    (text,) = decode_cursor(CURSOR_KIND, cursor, [str])
    try:
        return UUID(text)
    except ValueError:
        message = f"after {cursor[:100]!r} is not a cursor of this list; take one from a page of it"
        raise AppError(message, path="after") from None
