"""What a run used and logged, searched by name and type, each with how it did so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from runfolio_server.domain.artifact_state import UseDirection
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.domain.json_text import storable_text
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import After, Connection, First, build_connection, page_size
from runfolio_server.graph.relay.scalars import Instant
from runfolio_server.sql.artifact_lists.artifacts import count_run_artifacts, select_run_artifacts
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.uses import SELECT_USES_OF_RUN, UseRow
from runfolio_server.sql.runs.runs import RunRow

if TYPE_CHECKING:
    from runfolio_server.graph.artifacts.artifact import Artifact

LazyArtifact = Annotated["Artifact", strawberry.lazy("runfolio_server.graph.artifacts.artifact")]
NamePart = Annotated[
    str | None, strawberry.argument(description="Only those of collections with this in their name; null: all.")
]
TypeName = Annotated[str | None, strawberry.argument(description="Only those of this type; null: all.")]


@strawberry.type(description="An artifact that a run used or logged.")
class RunArtifact:
    """One artifact and how it belongs to the run."""

    row: strawberry.Private[ArtifactRow]
    used_as: str | None = strawberry.field(description="What the run calls its input; null: nothing was told.")
    at: Instant = strawberry.field(description="When the run used or logged it, the first time.")

    @strawberry.field(description="The artifact.")
    def artifact(self) -> LazyArtifact:
        """The artifact."""
        from runfolio_server.graph.artifacts.artifact import Artifact

        return Artifact.of(self.row)


Listed: TypeAlias = tuple[UseRow, ArtifactRow, int]
"""An edge, its artifact, and its place among all edges of the run."""


@strawberry.type
class RunArtifactSearch:
    """The fields of Run that search its artifacts."""

    row: strawberry.Private[RunRow]

    @strawberry.field(description="The artifacts that it used, in the order of time. What you may not see is left out.")
    async def inputs(
        self,
        info: RequestInfo,
        name: NamePart = strawberry.UNSET,
        type: TypeName = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> Connection[RunArtifact]:
        """A page of inputs."""
        return await _page(info, self.row, UseDirection.INPUT, name or None, type or None, first, after or None)

    @strawberry.field(description="The artifacts that it logged, in the order of time. Likewise.")
    async def outputs(
        self,
        info: RequestInfo,
        name: NamePart = strawberry.UNSET,
        type: TypeName = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> Connection[RunArtifact]:
        """A page of outputs."""
        return await _page(info, self.row, UseDirection.OUTPUT, name or None, type or None, first, after or None)


async def _page(
    info: RequestInfo,
    run: RunRow,
    direction: UseDirection,
    name: str | None,
    type_name: str | None,
    first: int | None,
    after: str | None,
) -> Connection[RunArtifact]:
    context, size = info.context, page_size(first)
    place = decode_cursor(f"{direction} artifacts", after, [int])[0] if after else 0
    name, type_name = (None if text is None else storable_text(text) for text in (name, type_name))
    async with context.database.connection() as connection:
        uses = await connection.rows(SELECT_USES_OF_RUN, run.run_id, direction)
        artifact_ids = [use.artifact_id for use in uses]
        found = await select_run_artifacts(connection, artifact_ids, context.viewer, type_name, name, place, size + 1)
    rows = await context.loaders.artifacts.artifact.load_many([row.artifact_id for row in found])
    listed: list[Listed] = [
        (uses[each.place - 1], row, each.place) for each, row in zip(found, rows, strict=True) if row is not None
    ]

    async def count() -> int:
        async with context.database.connection() as connection:
            return await count_run_artifacts(connection, artifact_ids, context.viewer, type_name, name)

    return build_connection(
        listed,
        size,
        lambda item: RunArtifact(row=item[1], used_as=item[0].used_as, at=Instant(item[0].at)),
        lambda item: encode_cursor(f"{direction} artifacts", [item[2]]),
        count,
    )
