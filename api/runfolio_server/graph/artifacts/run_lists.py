"""Pages of the artifacts that a run logged or used."""

from __future__ import annotations

from uuid import UUID

import strawberry

from runfolio_server.domain.artifact_state import UseDirection
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.graph.artifacts.artifact import Artifact
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import Connection, build_connection, page_size
from runfolio_server.sql.artifacts.artifacts import (
    COUNT_VISIBLE_ARTIFACTS,
    SELECT_VISIBLE_ARTIFACTS,
)
from runfolio_server.sql.artifacts.uses import SELECT_USES_OF_RUN


@strawberry.type(description="A page of the artifacts that a run logged.")
class ArtifactConnection(Connection[Artifact]):
    """One page."""


@strawberry.type(description="A page of the artifacts that a run used.")
class InputArtifactConnection(Connection[Artifact]):
    """One page."""


async def run_artifact_page(
    info: RequestInfo, run_id: UUID, direction: UseDirection, first: int | None, after: str | None
) -> ArtifactConnection:
    """A page of the artifacts of a run that the viewer may see, as far as these are the viewer's to see too."""
    context, size = info.context, page_size(first)
    after_id = decode_cursor("artifacts of a run", after, [int])[0] if after else None
    async with context.database.connection() as connection:
        uses = await connection.rows(SELECT_USES_OF_RUN, run_id, direction)
        every = [use.artifact_id for use in uses]
        left = every[every.index(after_id) + 1 :] if after_id in every else every
        rows = await connection.rows(SELECT_VISIBLE_ARTIFACTS, left, context.viewer, None, size + 1)

    async def count() -> int:
        async with context.database.connection() as connection:
            row = await connection.row(COUNT_VISIBLE_ARTIFACTS, every, context.viewer, None)
        return row.count if row else 0

    page = build_connection(
        rows, size, Artifact.of, lambda row: encode_cursor("artifacts of a run", [row.artifact_id]), count
    )
    return ArtifactConnection(edges=page.edges, page_info=page.page_info, count=page.count)
