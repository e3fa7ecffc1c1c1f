"""Wire names of Project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead
from runfolio_server.sql.projects import ProjectRow

if TYPE_CHECKING:
    from runfolio_server.graph.run import Run

LazyRun = Annotated["Run", strawberry.lazy("runfolio_server.graph.run")]


@strawberry.type
class ProjectWireNames:
    """Wire names of Project."""

    row: strawberry.Private[ProjectRow]

    @strawberry.field(deprecation_reason=instead("entity"), description="Name of the owner.")
    async def entity_name(self, info: RequestInfo) -> str:
        """Asked by Api().project."""
        row = await info.context.loaders.entity.load(self.row.entity_id)
        return row.name if row else ""

    @strawberry.field(deprecation_reason=instead("id"), description="The number behind the id.")
    def internal_id(self) -> strawberry.ID:
        """Asked with every run."""
        return strawberry.ID(str(self.row.project_id))

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always false.")
    def is_benchmark(self) -> bool:
        """Asked by Api().project."""
        return False

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always false: what you may see here you may change.")
    def read_only(self) -> bool:
        """Asked with lists of runs."""
        return False

    @strawberry.field(deprecation_reason=instead("run"), description="Its run of this name.")
    async def bucket(
        self,
        info: RequestInfo,
        name: Annotated[str, strawberry.argument(description="The slug in URLs.")],
        missing_ok: Annotated[bool | None, strawberry.argument(description="Ignored: missing is null.")] = None,  # noqa: ARG002
    ) -> LazyRun | None:
        """Asked before a run is resumed."""
        from runfolio_server.graph.run import find_run

        return await find_run(info, self.row.project_id, name)
