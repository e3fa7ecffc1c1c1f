"""Wire names of Entity."""

from __future__ import annotations

import strawberry

from runfolio_server.graph.wandb.deprecation import ONLY_WIRE


@strawberry.type(description="A group of entities; this server has none.")
class Organization:
    """What the SDK asks about an organization."""

    core_weave_organization_id: str | None = strawberry.field(description="Always null.")


@strawberry.type
class EntityWireNames:
    """Wire names of Entity."""

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always null: there are no organizations here.")
    def organization(self) -> Organization | None:
        """Asked right after a run is made."""
        return None
