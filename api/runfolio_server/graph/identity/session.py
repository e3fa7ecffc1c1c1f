"""BrowserSession: a browser that is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from runfolio_server.actions.identity.sessions import IDLE_S, check_may_end_sessions, end_session
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.errors import AppError
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import Connection, build_connection, page_size
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.node_ids import decode_uuid, encode_node_id
from runfolio_server.sql.identity.sessions import COUNT_SESSIONS, SELECT_SESSIONS_PAGE, ListedSessionRow

CURSOR_KIND = "sessions"


@strawberry.type(description="A browser that is signed in, by an API key.")
class BrowserSession(Node):
    """One session."""

    api_key_name: str = strawberry.field(
        description="The public name of the API key that signed in; the session may do what it may, and ends with it."
    )
    api_key_description: str | None = strawberry.field(description="What that key is for; null: not told.")
    user_agent: str | None = strawberry.field(description="What the browser said it is; null: nothing.")
    created_at: datetime = strawberry.field(description="When it was signed in, UTC.")
    last_used_at: datetime = strawberry.field(description="Last use, UTC, to the minute.")
    expires_at: datetime = strawberry.field(description="When it ends at the latest, UTC; unused it ends earlier.")
    is_current: bool = strawberry.field(description="Whether this request came by it.")

    @classmethod
    def of(cls, row: ListedSessionRow, current: UUID | None) -> BrowserSession:
        """The session of a row; `current` is the one by which the request came."""
        return cls(
            id=encode_node_id("BrowserSession", row.session_id),
            api_key_name=f"key-{row.api_key_id.hex[:8]}",
            api_key_description=row.description,
            user_agent=row.user_agent,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            is_current=row.session_id == current,
        )


async def session_page(
    info: RequestInfo, user_id: int, first: int | None, after: str | None
) -> Connection[BrowserSession]:
    """A page of the sessions of a user that are good, newest first."""
    database, current = info.context.database, info.context.session_id
    size = page_size(first)
    after_id = _session_id_of(after) if after else None
    async with database.connection() as connection:
        rows = await connection.rows(SELECT_SESSIONS_PAGE, user_id, after_id, IDLE_S, size + 1)

    async def count() -> int:
        async with database.connection() as connection:
            row = await connection.row(COUNT_SESSIONS, user_id, IDLE_S)
        return row.count if row else 0

    return build_connection(
        rows,
        size,
        lambda row: BrowserSession.of(row, current),
        lambda row: encode_cursor(CURSOR_KIND, [str(row.session_id)]),
        count,
    )


def _session_id_of(cursor: str) -> UUID:
    (text,) = decode_cursor(CURSOR_KIND, cursor, [str])
    try:
        return UUID(text)
    except ValueError:
        message = f"after {cursor[:100]!r} is not a cursor of this list; take one from a page of it"
        raise AppError(message, path="after") from None


@strawberry.input(description="A session to end.")
class RevokeSessionInput:
    """Input of revokeSession."""

    id: str = strawberry.field(description="The session's node id.")


@strawberry.type(description="What revokeSession answers.")
class RevokeSessionPayload:
    """Payload of revokeSession."""

    success: bool = strawberry.field(description="Always true; a session that is not yours is an error.")


@strawberry.type
class SessionMutations:
    """Changes of sessions."""

    @strawberry.mutation(
        description="Sign one of your browsers out; it is at once, within seconds at the latest. Again it is no error."
    )
    async def revoke_session(
        self, info: RequestInfo, input: Annotated[RevokeSessionInput, strawberry.argument(description="The session.")]
    ) -> RevokeSessionPayload:
        """End a session."""
        context = info.context
        check_may_end_sessions(context.viewer)
        session_id = decode_uuid("BrowserSession", input.id)
        await end_session(context.database, context.remembered_access, context.wake_up, context.viewer, session_id)
        return RevokeSessionPayload(success=True)
