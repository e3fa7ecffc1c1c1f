"""Wire names of Invite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.wandb.deprecation import instead
from runfolio_server.sql.identity.invites import InviteRow

if TYPE_CHECKING:
    from runfolio_server.graph.identity.user import User

LazyUser = Annotated["User", strawberry.lazy("runfolio_server.graph.identity.user")]


@strawberry.type
class InviteWireNames:
    """Wire names of Invite."""

    row: strawberry.Private[InviteRow]

    @strawberry.field(deprecation_reason=instead("teamName"), description="The name of the team.")
    async def name(self, info: RequestInfo) -> str | None:
        """Asked by team.invite()."""
        entity = await info.context.loaders.entity.load(self.row.entity_id)
        return None if entity is None else entity.name

    @strawberry.field(deprecation_reason=instead("user"), description="The user who is invited.")
    async def to_user(self, info: RequestInfo) -> LazyUser | None:
        """Asked by team.invite()."""
        from runfolio_server.graph.identity.user import find_user

        return None if self.row.user_id is None else await find_user(info, self.row.user_id)
