"""Entity: an owner of projects."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from runfolio_server.actions.access import visible_entity
from runfolio_server.actions.identity.people import TEAM, manages_team, sees_members
from runfolio_server.domain.permission import Permission
from runfolio_server.graph.identity.invite import Invite, invite_page
from runfolio_server.graph.identity.team_member import TeamMember, find_team_member, team_member_page
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

    row: strawberry.Private[EntityRow]
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

    @strawberry.field(
        description="Who is in the team: people first, then service accounts, each by age. Null: no team of yours."
    )
    async def team_members(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[TeamMember] | None:
        """A page of the members, for members."""
        return await team_member_page(info, self.row.entity_id, first, after) if self._is_members(info) else None

    @strawberry.field(description="What you are in the team; null: not in it, or it is a user.")
    async def viewer_membership(self, info: RequestInfo) -> TeamMember | None:
        """The viewer as a member."""
        return await find_team_member(info, self.row.entity_id) if self._is_members(info) else None

    @strawberry.field(description="The open invites to the team, newest first. Null: not yours to manage.")
    async def invites(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[Invite] | None:
        """A page of the invites, for admins."""
        if not manages_team(info.context.viewer, self.row.entity_id):
            return None
        return await invite_page(info, self.row.entity_id, first, after)

    def _is_members(self, info: RequestInfo) -> bool:
        return self.kind == TEAM and sees_members(info.context.viewer, self.row.entity_id)

    @classmethod
    def of(cls, row: EntityRow) -> Entity:
        """The entity of a row."""
        return cls(
            id=encode_node_id("Entity", row.entity_id),
            row=row,
            name=row.name,
            kind=row.kind,
            created_at=row.created_at,
        )


async def find_entity(info: RequestInfo, name: str) -> Entity | None:
    """The entity of this name, when the viewer may see it."""
    async with info.context.database.connection() as connection:
        row = await visible_entity(connection, info.context.viewer, Permission.READ, name)
    return None if row is None else Entity.of(row)
