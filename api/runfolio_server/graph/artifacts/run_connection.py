"""A page of the runs that used an artifact."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from runfolio_server.filters.language.cursor import list_digest, read_place, sign_place
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import PAGE_SIZE_MAX, Connection, build_connection, page_size
from runfolio_server.graph.runs.long_columns import read_long, wanted_long
from runfolio_server.graph.runs.run import Run
from runfolio_server.graph.runs.shown import shown_runs
from runfolio_server.sql.artifacts.uses import COUNT_ARTIFACT_USERS, SELECT_ARTIFACT_USERS_PAGE
from runfolio_server.sql.run_lists.long_columns import select_runs


@strawberry.type(description="The runs that used an artifact, a run once.")
class ArtifactUserConnection(Connection[Run]):
    """One page."""


async def users_page(
    info: RequestInfo, artifact_id: int, first: int | None, after: str | None
) -> ArtifactUserConnection:
    """A page of the runs that used the artifact, as far as the viewer sees them, in the order of time."""
    context, size = info.context, page_size(first, default=PAGE_SIZE_MAX)
    digest = list_digest(f"users:{artifact_id}")
    place = read_place(context.cursor_secret, digest, after, differing="another artifact") if after else [None, None]
    used_at, run_id = place
    wanted = wanted_long(info, "edges", "node")
    async with context.database.connection() as connection:
        uses = await connection.rows(
            SELECT_ARTIFACT_USERS_PAGE,
            artifact_id,
            context.viewer,
            None if used_at is None else datetime.fromisoformat(used_at),
            None if run_id is None else UUID(run_id),
            size + 1,
        )
        portion = wanted.shared_by(len(uses), context.budget.bytes_left)
        found = await select_runs(connection, [use.run_id for use in uses], portion)
        rows = {row.run_id: row for row in await read_long(info, connection, found, portion)}
    # A run may have been deleted since the edges were read.
    found_uses = [use for use in uses if use.run_id in rows]
    runs = await shown_runs(context, [rows[use.run_id] for use in found_uses])
    listed = list(zip(found_uses, runs, strict=True))

    async def count() -> int:
        async with context.database.connection() as connection:
            row = await connection.row(COUNT_ARTIFACT_USERS, artifact_id, context.viewer)
        return row.count if row else 0

    page = build_connection(
        listed,
        size,
        lambda item: item[1],
        lambda item: sign_place(context.cursor_secret, digest, [item[0].at.isoformat(), str(item[0].run_id)]),
        count,
    )
    return ArtifactUserConnection(edges=page.edges, page_info=page.page_info, count=page.count)
