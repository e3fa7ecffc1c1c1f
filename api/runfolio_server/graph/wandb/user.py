"""Wire names of User."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.graph.relay.scalars import JSONString
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead
from runfolio_server.graph.wandb.entity import Organization
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
    """Teams, of which there are none yet."""

    edges: list[EntityEdge] = strawberry.field(description="The entities.")


@strawberry.type
class UserWireNames:
    """Wire names of User."""

    row: strawberry.Private[UserRow]

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always empty: there are no organizations here.")
    def organizations(self) -> list[Organization]:
        """Asked for a path that begins with the prefix of registries."""
        return []

    @strawberry.field(deprecation_reason=instead("defaultEntity"), description="Name of the personal entity.")
    def entity(self) -> str | None:
        """Asked at every sign-in."""
        return self.row.username

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always an empty object.")
    def flags(self) -> JSONString | None:
        """Asked at every sign-in; SDKs up to 0.22 parse it, so null would stop them."""
        return JSONString("{}")

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always null.")
    def deleted_at(self) -> datetime | None:
        """Asked by Api().viewer."""
        return None

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Teams; there are none yet.")
    def teams(self) -> EntityConnection | None:
        """Asked at every sign-in."""
        return EntityConnection(edges=[])
