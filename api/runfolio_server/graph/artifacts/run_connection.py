"""A page of the runs that used an artifact."""

from __future__ import annotations

import strawberry

from runfolio_server.domain.artifact_state import UseDirection
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import PAGE_SIZE_MAX, Connection, build_connection, page_size
from runfolio_server.graph.runs.long_columns import read_long, wanted_long
from runfolio_server.graph.runs.run import Run
from runfolio_server.sql.artifacts.uses import SELECT_USES_OF_ARTIFACTS
from runfolio_server.sql.run_lists.long_columns import select_runs


@strawberry.type(description="The runs that used an artifact, a run once.")
class ArtifactUserConnection(Connection[Run]):
    """One page."""


async def users_page(info: RequestInfo, artifact_id: int, first: int | None) -> ArtifactUserConnection:
    """The first runs that used the artifact, as far as the viewer sees them, in the order of time."""
    context, size = info.context, page_size(first, default=PAGE_SIZE_MAX)
    wanted = wanted_long(info, "edges", "node")
    async with context.database.connection() as connection:
        uses = await connection.rows(
            SELECT_USES_OF_ARTIFACTS, [artifact_id], UseDirection.INPUT, context.viewer, size + 1
        )
        portion = wanted.shared_by(len(uses), context.budget.bytes_left)
        rows = await select_runs(connection, [use.run_id for use in uses], portion)
        rows = await read_long(info, connection, rows, portion)

    async def count() -> int:
        return len(rows)

    page = build_connection(rows, size, Run.of, lambda row: str(row.run_id), count)
    return ArtifactUserConnection(edges=page.edges, page_info=page.page_info, count=page.count)
