"""Entity: an owner of projects."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from runfolio_server.actions.access import visible_entity
from runfolio_server.domain.permission import Permission
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.projects.project import Project, find_project, project_page
from runfolio_server.graph.relay.connections import After, Connection, First
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.graph.wandb.entity import EntityWireNames
from runfolio_server.sql.identity.users import EntityRow


@strawberry.type(description="An owner of projects: a user or a team.")
class Entity(EntityWireNames, Node):
    """One entity."""

    name: str = strawberry.field(description="Its name in URLs; unique.")
    kind: str = strawberry.field(description="`user` or `team`.")
    created_at: datetime = strawberry.field(description="When it was made, UTC.")

    @strawberry.field(description="Its project of this name; null when there is none.")
    async def project(
        self, info: RequestInfo, name: Annotated[str, strawberry.argument(description="The project's name.")]
    ) -> Project | None:
        """One project of the entity."""
        return await find_project(info, self.name, name)

    @strawberry.field(description="Its projects, by name.")
    async def projects(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[Project]:
        """A page of the entity's projects."""
        return await project_page(info, self.name, first, after)

    @classmethod
    def of(cls, row: EntityRow) -> Entity:
        """The entity of a row."""
        return cls(id=encode_node_id("Entity", row.entity_id), name=row.name, kind=row.kind, created_at=row.created_at)


async def find_entity(info: RequestInfo, name: str) -> Entity | None:
    """The entity of this name, when the viewer may see it."""
    async with info.context.database.connection() as connection:
        row = await visible_entity(connection, info.context.viewer, Permission.READ, name)
    return None if row is None else Entity.of(row)
