"""Wire names of the query root."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.projects.project import Project, find_project, project_page
from runfolio_server.graph.relay.connections import After, Connection, First
from runfolio_server.graph.wandb.deprecation import instead

Name = Annotated[str | None, strawberry.argument(description="The project's name.")]
EntityName = Annotated[str | None, strawberry.argument(description="The entity's name; null means your own.")]


@strawberry.type
class QueryWireNames:
    """Wire names of the query root."""

    @strawberry.field(deprecation_reason=instead("project"), description="The project of this name.")
    async def model(
        self, info: RequestInfo, name: Name = strawberry.UNSET, entity_name: EntityName = strawberry.UNSET
    ) -> Project | None:
        """Asked before a run is resumed."""
        return await find_project(info, entity_name, name)

    @strawberry.field(deprecation_reason=instead("projects"), description="The projects of an entity.")
    async def models(
        self,
        info: RequestInfo,
        entity_name: EntityName = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> Connection[Project] | None:
        """Asked by Api().projects()."""
        return await project_page(info, entity_name or None, first, after)
