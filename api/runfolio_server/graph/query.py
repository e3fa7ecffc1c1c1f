"""The roots of reading."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.graph.artifacts.query import ArtifactQueries
from runfolio_server.graph.identity.entity import Entity, find_entity
from runfolio_server.graph.identity.user import User, find_account, find_user
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.projects.deleted import DeletedProject, deleted_project_page
from runfolio_server.graph.projects.project import Project, find_project, project_page
from runfolio_server.graph.rate_limit import RateLimit, rate_limit
from runfolio_server.graph.relay.connections import After, Connection, First
from runfolio_server.graph.server_info import ServerInfo, server_info
from runfolio_server.graph.wandb.query import QueryWireNames

ProjectName = Annotated[str | None, strawberry.argument(description="The project's name.")]
EntityName = Annotated[
    str | None, strawberry.argument(description="The entity's name; null means your own, for a list: all you may see.")
]


@strawberry.type(description="Reading. What is not there, and what you may not see, is null.")
class Query(ArtifactQueries, QueryWireNames):
    """The query root."""

    @strawberry.field(description="Whose API key this request carries; null: it carries none.")
    async def viewer(self, info: RequestInfo) -> User | None:
        """The caller."""
        viewer = info.context.viewer
        return None if viewer.is_anonymous else await find_user(info, viewer.user_id)

    @strawberry.field(description="The user of this name: you, or for site admins anybody.")
    async def user(
        self, info: RequestInfo, username: Annotated[str, strawberry.argument(description="The user's name.")]
    ) -> User | None:
        """One account."""
        return await find_account(info, username)

    @strawberry.field(description="What this server is and can do.")
    def server_info(self) -> ServerInfo:
        """The server."""
        return server_info()

    @strawberry.field(description="What your API key may still ask for, and what this document costs.")
    def rate_limit(self, info: RequestInfo) -> RateLimit:
        """The caller's limits."""
        return rate_limit(info)

    @strawberry.field(description="The entity of this name.")
    async def entity(
        self, info: RequestInfo, name: Annotated[str, strawberry.argument(description="The entity's name.")]
    ) -> Entity | None:
        """One entity."""
        return await find_entity(info, name)

    @strawberry.field(description="The project of this name.")
    async def project(
        self, info: RequestInfo, name: ProjectName = strawberry.UNSET, entity_name: EntityName = strawberry.UNSET
    ) -> Project | None:
        """One project."""
        return await find_project(info, entity_name, name)

    @strawberry.field(description="The projects that you may see, by name.")
    async def projects(
        self,
        info: RequestInfo,
        entity_name: EntityName = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> Connection[Project]:
        """A page of projects."""
        return await project_page(info, entity_name or None, first, after)

    @strawberry.field(description="The deleted projects that you may restore, those that were deleted last first.")
    async def deleted_projects(
        self,
        info: RequestInfo,
        entity_name: EntityName = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> Connection[DeletedProject]:
        """A page of deleted projects."""
        return await deleted_project_page(info, entity_name or None, first, after)
