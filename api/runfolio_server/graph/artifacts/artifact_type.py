"""ArtifactType: what the artifacts of a collection are, such as `model` or `dataset`."""

from __future__ import annotations

from datetime import datetime

import strawberry

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.graph.execution.row_fields import column, node_id
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import Connection, build_connection, page_size
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.runs.shown import project_sight
from runfolio_server.graph.wandb.artifact_type import ArtifactTypeWireNames
from runfolio_server.sql.artifacts.types import (
    COUNT_ARTIFACT_TYPES,
    SELECT_ARTIFACT_TYPE_BY_NAME,
    SELECT_ARTIFACT_TYPES_PAGE,
    ArtifactTypeRow,
)
from runfolio_server.sql.projects.projects import ProjectRow


@strawberry.type(description="What the artifacts of a collection are, such as a model or a dataset.")
class ArtifactType(ArtifactTypeWireNames, Node):
    """One type of a project."""

    id: strawberry.ID = node_id("ArtifactType", "type_id")
    name: str = column("name", "Its name; unique in its project.")
    description: str | None = column("description", "Text for people; null: none.")
    created_at: datetime = column("created_at", "When it was first used, UTC.")

    @classmethod
    def of(cls, row: ArtifactTypeRow) -> ArtifactType:
        """The type of a row."""
        return cls(row=row)


async def find_artifact_type(info: RequestInfo, project: ProjectRow, name: str) -> ArtifactType | None:
    """The type of this name in a project that the viewer may see; None for one that is hidden from the viewer."""
    if name in project_sight(info.context.viewer, project).hidden_types:
        return None
    async with info.context.database.connection() as connection:
        row = await connection.row(SELECT_ARTIFACT_TYPE_BY_NAME, project.project_id, name)
    return None if row is None else ArtifactType.of(row)


async def artifact_type_page(
    info: RequestInfo, project: ProjectRow, first: int | None, after: str | None
) -> Connection[ArtifactType]:
    """A page of the types of a project that the viewer may see, by name, but for those that are hidden."""
    size, project_id = page_size(first), project.project_id
    hidden = project_sight(info.context.viewer, project).hidden_types
    after_name = decode_cursor("artifact types", after, [str])[0] if after else None
    async with info.context.database.connection() as connection:
        rows = await connection.rows(SELECT_ARTIFACT_TYPES_PAGE, project_id, after_name, size + 1, hidden)

    async def count() -> int:
        async with info.context.database.connection() as connection:
            row = await connection.row(COUNT_ARTIFACT_TYPES, project_id, hidden)
        return row.count if row else 0

    return build_connection(rows, size, ArtifactType.of, lambda row: encode_cursor("artifact types", [row.name]), count)
