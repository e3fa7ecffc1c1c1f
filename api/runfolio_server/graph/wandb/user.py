"""Wire names of User."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.actions.access import Account, allowed
from runfolio_server.actions.identity.members import TEAMS_OF_USER_MAX
from runfolio_server.domain.permission import Permission
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs
from runfolio_server.graph.relay.scalars import JSONString
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead
from runfolio_server.graph.wandb.entity import Organization
from runfolio_server.sql.identity.members import SELECT_TEAMS_OF_USER
from runfolio_server.sql.identity.users import UserRow

if TYPE_CHECKING:
    from runfolio_server.graph.identity.entity import Entity

LazyEntity = Annotated["Entity", strawberry.lazy("runfolio_server.graph.identity.entity")]


@strawberry.type(description="An entity in a list.")
class EntityEdge:
    """An entity of a user."""

    node: LazyEntity | None = strawberry.field(description="The entity.")


@strawberry.type(description="Entities of a user.")
class EntityConnection:
    """The teams that a user is in."""

    edges: list[EntityEdge] = strawberry.field(description="The entities.")


@strawberry.type
class UserWireNames:
    """Wire names of User."""

    row: strawberry.Private[UserRow]

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always empty: there are no organizations here.")
    def organizations(self) -> list[Organization]:
        """Asked for a path that begins with the prefix of registries."""
        return []

    @strawberry.field(deprecation_reason=instead("defaultEntity"), description="Name of the entity of what names none.")
    async def entity(self, info: RequestInfo) -> str | None:
        """Asked at every sign-in."""
        if self.row.team_id is None:
            return self.row.username
        team = await info.context.loaders.entity.load(self.row.team_id)
        return None if team is None else team.name

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always an empty object.")
    def flags(self) -> JSONString | None:
        """Asked at every sign-in; SDKs up to 0.22 parse it, so null would stop them."""
        return JSONString("{}")

    @strawberry.field(deprecation_reason=instead("deactivatedAt"), description="Since when they can do nothing.")
    def deleted_at(self, info: RequestInfo) -> datetime | None:
        """Asked by Api().viewer."""
        return self.row.deactivated_at if _is_for(info, self.row) else None

    @strawberry.field(
        deprecation_reason=instead("teamMemberships"),
        description="The teams that the user is in; none: not yours to see.",
        metadata=costs(lambda _: Cost(items=TEAMS_OF_USER_MAX)),
    )
    async def teams(self, info: RequestInfo) -> EntityConnection | None:
        """Asked at every sign-in."""
        from runfolio_server.graph.identity.entity import Entity

        if not _is_for(info, self.row):
            return EntityConnection(edges=[])
        async with info.context.database.connection() as connection:
            found = await connection.rows(SELECT_TEAMS_OF_USER, self.row.user_id, 0, TEAMS_OF_USER_MAX)
        rows = await info.context.loaders.entity.load_many([member.entity_id for member in found])
        return EntityConnection(edges=[EntityEdge(node=Entity.of(row)) for row in rows if row is not None])


def _is_for(info: RequestInfo, row: UserRow) -> bool:
    return allowed(info.context.viewer, Permission.READ, Account(row.user_id))
