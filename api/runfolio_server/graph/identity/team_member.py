"""TeamMember: somebody in a team, and as what."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import Connection, build_connection, page_size
from runfolio_server.sql.identity.members import (
    COUNT_TEAM_MEMBERS,
    COUNT_TEAMS_OF_USER,
    SELECT_TEAM_MEMBER,
    SELECT_TEAM_MEMBERS_PAGE,
    SELECT_TEAMS_OF_USER,
    TeamMemberRow,
)

if TYPE_CHECKING:
    from runfolio_server.graph.identity.entity import Entity
    from runfolio_server.graph.identity.user import User

LazyEntity = Annotated["Entity", strawberry.lazy("runfolio_server.graph.identity.entity")]
LazyUser = Annotated["User", strawberry.lazy("runfolio_server.graph.identity.user")]
MEMBERS_CURSOR = "teamMembers"
TEAMS_CURSOR = "teamMemberships"


@strawberry.type(description="Somebody in a team.")
class TeamMember:
    """One member of one team."""

    row: strawberry.Private[TeamMemberRow]
    role: str = strawberry.field(
        description="`admin` says who is in the team; `member` logs, changes and deletes data; `viewer` reads."
    )
    created_at: datetime = strawberry.field(description="Since when, UTC.")

    @strawberry.field(description="Who it is; null: an account that is gone.")
    async def user(self, info: RequestInfo) -> LazyUser | None:
        """The account."""
        from runfolio_server.graph.identity.user import User

        row = await info.context.loaders.user.load(self.row.user_id)
        return None if row is None else User.of(row)

    @strawberry.field(description="The team.")
    async def team(self, info: RequestInfo) -> LazyEntity | None:
        """The entity."""
        from runfolio_server.graph.identity.entity import Entity

        row = await info.context.loaders.entity.load(self.row.entity_id)
        return None if row is None else Entity.of(row)

    @classmethod
    def of(cls, row: TeamMemberRow) -> TeamMember:
        """The member of a row."""
        return cls(row=row, role=row.role, created_at=row.created_at)


async def find_team_member(info: RequestInfo, entity_id: int) -> TeamMember | None:
    """The viewer as a member of this team."""
    context = info.context
    async with context.database.connection() as connection:
        row = await connection.row(SELECT_TEAM_MEMBER, entity_id, context.viewer.user_id)
    return None if row is None else TeamMember.of(row)


async def team_member_page(
    info: RequestInfo, entity_id: int, first: int | None, after: str | None
) -> Connection[TeamMember]:
    """A page of the members of a team."""
    database = info.context.database
    size = page_size(first)
    kind, user_id = decode_cursor(MEMBERS_CURSOR, after, [str, int]) if after else ("", 0)
    async with database.connection() as connection:
        rows = await connection.rows(SELECT_TEAM_MEMBERS_PAGE, entity_id, kind, user_id, size + 1)

    async def count() -> int:
        async with database.connection() as connection:
            row = await connection.row(COUNT_TEAM_MEMBERS, entity_id)
        return row.count if row else 0

    return build_connection(
        rows, size, TeamMember.of, lambda row: encode_cursor(MEMBERS_CURSOR, [row.kind, row.user_id]), count
    )


async def team_page_of_user(
    info: RequestInfo, user_id: int, first: int | None, after: str | None
) -> Connection[TeamMember]:
    """A page of the teams that a user is in."""
    database = info.context.database
    size = page_size(first)
    (entity_id,) = decode_cursor(TEAMS_CURSOR, after, [int]) if after else (0,)
    async with database.connection() as connection:
        rows = await connection.rows(SELECT_TEAMS_OF_USER, user_id, entity_id, size + 1)

    async def count() -> int:
        async with database.connection() as connection:
            row = await connection.row(COUNT_TEAMS_OF_USER, user_id)
        return row.count if row else 0

    return build_connection(rows, size, TeamMember.of, lambda row: encode_cursor(TEAMS_CURSOR, [row.entity_id]), count)
