"""Wire names of Project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.context import Context
from runfolio_server.graph.columns import batched
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead
from runfolio_server.sql.projects import ProjectRow

if TYPE_CHECKING:
    from runfolio_server.graph.run import Run

LazyRun = Annotated["Run", strawberry.lazy("runfolio_server.graph.run")]


async def entity_names(projects: Sequence[ProjectWireNames], context: Context) -> list[str]:
    """The name of each project's owner."""
    rows = await context.loaders.entity.load_many([project.row.entity_id for project in projects])
    return [row.name if row else "" for row in rows]


@strawberry.type
class ProjectWireNames:
    """Wire names of Project."""

    row: strawberry.Private[ProjectRow]

    @strawberry.field(
        deprecation_reason=instead("entity"), description="Name of the owner.", metadata=batched(entity_names)
    )
    async def entity_name(self, info: RequestInfo) -> str:
        """Asked by Api().project."""
        return (await entity_names([self], info.context))[0]

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
