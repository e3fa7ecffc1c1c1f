"""Wire names of the query root."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.artifacts.found import visible_client_id
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.projects.project import Project, find_project, project_page
from runfolio_server.graph.relay.connections import After, Connection, First
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead
from runfolio_server.graph.wandb.entity import Organization
from runfolio_server.graph.wandb.users import UserConnection, find_users

Name = Annotated[str | None, strawberry.argument(description="The project's name.")]
EntityName = Annotated[str | None, strawberry.argument(description="The entity's name; null means your own.")]


@strawberry.type(description="What an id that an SDK has invented stands for.")
class ClientIDMapping:
    """One id."""

    server_id: strawberry.ID = strawberry.field(name="serverID", description="Node id of the artifact.")


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

    @strawberry.field(
        name="clientIDMapping",
        deprecation_reason=ONLY_WIRE,
        description="The artifact that an SDK calls so, also before it is committed; null: none.",
    )
    async def client_id_mapping(
        self,
        info: RequestInfo,
        client_id: Annotated[strawberry.ID, strawberry.argument(name="clientID", description="What the SDK calls it.")],
    ) -> ClientIDMapping | None:
        """Asked before a manifest with references to artifacts that were logged just now is sent."""
        context = info.context
        async with context.database.connection() as connection:
            row = await visible_client_id(connection, context.viewer, client_id)
        if row is None or row.artifact_id is None:
            return None
        return ClientIDMapping(server_id=encode_node_id("Artifact", row.artifact_id))

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always null: there are no organizations here.")
    def organization(
        self,
        name: Annotated[str, strawberry.argument(description="The organization's name.")],  # noqa: ARG002
    ) -> Organization | None:
        """Asked by registries."""
        return None
