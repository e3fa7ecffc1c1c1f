"""Where an artifact comes from and what became of it, over several hops: artifacts, runs, and the edges between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from runfolio_server.actions.artifacts.lineage import EDGES_MAX, HOPS_MAX, Lineage, lineage_of
from runfolio_server.domain.artifact_state import UseDirection
from runfolio_server.errors import AppError
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import PAGE_SIZE_ASSUMED, READING, Cost, costs, number
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.graph.relay.scalars import Instant
from runfolio_server.graph.runs.long_columns import read_long, wanted_long
from runfolio_server.graph.runs.shown import shown_runs
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.uses import UseRow
from runfolio_server.sql.run_lists.long_columns import select_runs

if TYPE_CHECKING:
    from runfolio_server.graph.artifacts.artifact import Artifact
    from runfolio_server.graph.runs.run import Run

LazyArtifact = Annotated["Artifact", strawberry.lazy("runfolio_server.graph.artifacts.artifact")]
LazyRun = Annotated["Run", strawberry.lazy("runfolio_server.graph.runs.run")]

HOPS_DEFAULT = 3


@strawberry.enum(description="Which way an edge goes.")
class ArtifactUseDirection(Enum):
    """The directions of UseDirection, in words."""

    INPUT = strawberry.enum_value(UseDirection.INPUT.value, description="The run used the artifact.")
    OUTPUT = strawberry.enum_value(UseDirection.OUTPUT.value, description="The run logged the artifact.")


@strawberry.enum(description="Which way lineage is followed.")
class LineageDirection(Enum):
    """The ways."""

    UPSTREAM = strawberry.enum_value("UPSTREAM", description="To what it was made out of.")
    DOWNSTREAM = strawberry.enum_value("DOWNSTREAM", description="To what was made out of it.")
    BOTH = strawberry.enum_value("BOTH", description="Both.")


@strawberry.type(description="An edge of lineage: a run logged an artifact, or used it.")
class ArtifactUse:
    """One edge."""

    run_id: strawberry.ID = strawberry.field(description="Node id of the run.")
    artifact_id: strawberry.ID = strawberry.field(description="Node id of the artifact.")
    direction: ArtifactUseDirection = strawberry.field(description="Whether the run used or logged it.")
    used_as: str | None = strawberry.field(description="What the run calls its input; null: nothing was told.")
    at: Instant = strawberry.field(description="When, the first time.")

    @classmethod
    def of(cls, row: UseRow) -> ArtifactUse:
        """The edge of a row."""
        return cls(
            run_id=encode_node_id("Run", row.run_id),
            artifact_id=encode_node_id("Artifact", row.artifact_id),
            direction=ArtifactUseDirection(row.direction),
            used_as=row.used_as,
            at=Instant(row.at),
        )


@strawberry.type(description="Artifacts and runs that led to one another. What you may not see is not in it.")
class ArtifactLineage:
    """A part of the graph."""

    found: strawberry.Private[Lineage]
    rows: strawberry.Private[Sequence[ArtifactRow]]

    @strawberry.field(description="The artifacts, the one that was asked about first.")
    def artifacts(self) -> list[LazyArtifact]:
        """Nodes."""
        from runfolio_server.graph.artifacts.artifact import Artifact

        return [Artifact.of(row) for row in self.rows]

    @strawberry.field(description="The runs between them, in the order in which they were found.")
    async def runs(self, info: RequestInfo) -> list[LazyRun]:
        """Nodes."""
        context, wanted = info.context, wanted_long(info)
        run_ids = self.found.run_ids
        portion = wanted.shared_by(len(run_ids), context.budget.bytes_left)
        async with context.database.connection() as connection:
            rows = await select_runs(connection, run_ids, portion)
            rows = await read_long(info, connection, rows, portion)
        return [*await shown_runs(context, rows)]

    @strawberry.field(description="The edges, those nearest to the artifact first.")
    def uses(self) -> list[ArtifactUse]:
        """Edges."""
        return [ArtifactUse.of(edge) for edge in self.found.edges.values()]

    @strawberry.field(description=f"Whether there are {EDGES_MAX:,} edges, so that some may be left out.")
    def is_cut(self) -> bool:
        """Whether it is not all."""
        return self.found.is_cut


def lineage_cost(arguments: Mapping[str, Any]) -> Cost:
    """What lineage costs: two statements a hop, and the nodes that are assumed."""
    return Cost(READING * max(1, number(arguments, "hops", HOPS_DEFAULT)), items=PAGE_SIZE_ASSUMED)


@strawberry.type
class ArtifactLineageField:
    """The field of Artifact that follows its lineage."""

    row: strawberry.Private[ArtifactRow]

    @strawberry.field(
        description="What it was made out of and by which runs, and what was made out of it.",
        metadata=costs(lineage_cost),
    )
    async def lineage(
        self,
        info: RequestInfo,
        hops: Annotated[int, strawberry.argument(description="How many runs far; 1 to 10.")] = HOPS_DEFAULT,
        direction: Annotated[LineageDirection, strawberry.argument(description="Which way.")] = LineageDirection.BOTH,
    ) -> ArtifactLineage:
        """A part of the graph around the artifact."""
        if not 1 <= hops <= HOPS_MAX:
            raise AppError(f"hops is {hops}; allowed: 1 to {HOPS_MAX}", path="hops")
        context = info.context
        loader = context.loaders.artifacts.artifact

        async def visible(artifact_ids: Sequence[int]) -> set[int]:
            return {row.artifact_id for row in await loader.load_many(artifact_ids) if row is not None}

        async with context.database.connection() as connection:
            found = await lineage_of(
                connection,
                context.viewer,
                self.row.artifact_id,
                hops,
                is_up=direction is not LineageDirection.DOWNSTREAM,
                is_down=direction is not LineageDirection.UPSTREAM,
                visible=visible,
            )
        rows = await loader.load_many(found.artifact_ids)
        return ArtifactLineage(found=found, rows=[row for row in rows if row is not None])
