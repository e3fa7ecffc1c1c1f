"""Wire names of the query root."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.projects.project import Project, find_project, project_page
from runfolio_server.graph.relay.connections import After, Connection, First
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead
from runfolio_server.graph.wandb.users import UserConnection, find_users

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

    @strawberry.field(
        deprecation_reason=ONLY_WIRE,
        description="Users by a part of their name or email address, as far as you may see.",
    )
    async def users(
        self,
        info: RequestInfo,
        query: Annotated[str | None, strawberry.argument(description="The part; null: any.")] = strawberry.UNSET,
    ) -> UserConnection | None:
        """Asked by Api().user() and Api().users()."""
        return await find_users(info, query or "")
