"""Wire names of Entity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.graph.wandb.deprecation import ONLY_WIRE
from runfolio_server.graph.wandb.team import TeamWireNames

if TYPE_CHECKING:
    from runfolio_server.graph.identity.entity import Entity
    from runfolio_server.graph.identity.user import User

LazyEntity = Annotated["Entity", strawberry.lazy("runfolio_server.graph.identity.entity")]
LazyUser = Annotated["User", strawberry.lazy("runfolio_server.graph.identity.user")]


@strawberry.type(description="A group of entities; this server has none.")
class Organization:
    """What the SDK asks about an organization."""

    name: str = strawberry.field(description="Its name.")
    org_entity: LazyEntity | None = strawberry.field(description="The entity of what it shares.")
    core_weave_organization_id: str | None = strawberry.field(description="Always null.")


@strawberry.type
class EntityWireNames(TeamWireNames):
    """Wire names of Entity."""

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always null: there are no organizations here.")
    def organization(self) -> Organization | None:
        """Asked right after a run is made."""
        return None

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always null: it is asked for organizations alone.")
    def user(self) -> LazyUser | None:
        """Asked for a path that begins with the prefix of registries."""
        return None

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always false: digests are made in one way here.")
    def xxhash_digests_enabled(self) -> bool | None:
        """Asked by the SDK's core where digests can be made in several ways."""
        return False
