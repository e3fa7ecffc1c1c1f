"""Artifacts of a run: those it logged and those it used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.domain.artifact_state import UseDirection
from runfolio_server.graph.artifacts.run_search import RunArtifactSearch
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import After, First
from runfolio_server.sql.runs.runs import RunRow

if TYPE_CHECKING:
    from runfolio_server.graph.artifacts.run_lists import ArtifactConnection, InputArtifactConnection

LazyArtifactConnection = Annotated["ArtifactConnection", strawberry.lazy("runfolio_server.graph.artifacts.run_lists")]
LazyInputConnection = Annotated["InputArtifactConnection", strawberry.lazy("runfolio_server.graph.artifacts.run_lists")]


@strawberry.type
class RunArtifacts(RunArtifactSearch):
    """The fields of Run that list artifacts."""

    row: strawberry.Private[RunRow]

    @strawberry.field(description="What it logged, in the order of time.")
    async def output_artifacts(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> LazyArtifactConnection:
        """A page of outputs."""
        from runfolio_server.graph.artifacts.run_lists import run_artifact_page

        return await run_artifact_page(info, self.row.run_id, UseDirection.OUTPUT, first, after or None)

    @strawberry.field(description="What it used, in the order of time.")
    async def input_artifacts(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> LazyInputConnection:
        """A page of inputs."""
        from runfolio_server.graph.artifacts.run_lists import InputArtifactConnection, run_artifact_page

        page = await run_artifact_page(info, self.row.run_id, UseDirection.INPUT, first, after or None)
        return InputArtifactConnection(edges=page.edges, page_info=page.page_info, count=page.count)
