"""Invites to teams: made, accepted, revoked."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.identity.invites import (
    INVITE_DAYS_DEFAULT,
    INVITE_DAYS_MAX,
    accept_invite,
    create_invite,
    revoke_invite,
)
from runfolio_server.graph.identity.invite import Invite
from runfolio_server.graph.identity.team_member import TeamMember
from runfolio_server.graph.identity.team_mutations import ROLES_TOLD
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.graph.wandb.deprecation import instead


@strawberry.input(description="Somebody to invite: by name, or by an address.")
class CreateInviteInput:
    """Input of createInvite."""

    entity_name: str = strawberry.field(description="The team.")
    username: str | None = strawberry.field(default=strawberry.UNSET, description="The user; null: by address.")
    email: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The address; null: by name. The user who has it here sees the invite, and whoever has the token "
        "may accept it.",
    )
    role: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"What they become: {ROLES_TOLD}; null: `member`."
    )
    days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"For how many days it is good, 1 to {INVITE_DAYS_MAX}; null: {INVITE_DAYS_DEFAULT}.",
    )
    admin: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether they become an admin.", deprecation_reason=instead("role")
    )


@strawberry.type(description="What createInvite answers.")
class CreateInvitePayload:
    """Payload of createInvite."""

    invite: Invite = strawberry.field(description="The invite.")
    token: str = strawberry.field(
        description="What accepts it, shown this once: hand it over yourself, for no mail is sent."
    )


@strawberry.input(description="An invite to accept: by its token, or one of `viewer.invites` by its id.")
class AcceptInviteInput:
    """Input of acceptInvite."""

    token: str | None = strawberry.field(default=strawberry.UNSET, description="The token; null: by id.")
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The node id; null: by token.")


@strawberry.type(description="What acceptInvite answers.")
class AcceptInvitePayload:
    """Payload of acceptInvite."""

    team_member: TeamMember = strawberry.field(description="You in the team.")


@strawberry.input(description="An invite to take back, or to turn down.")
class RevokeInviteInput:
    """Input of revokeInvite."""

    id: strawberry.ID = strawberry.field(description="The node id.")


@strawberry.type(description="What revokeInvite answers.")
class RevokeInvitePayload:
    """Payload of revokeInvite."""

    success: bool = strawberry.field(description="Always true; an invite that is not yours is an error.")


@strawberry.type
class InviteMutations:
    """Changes of invites."""

    @strawberry.mutation(
        description="Invite somebody to a team. For its admins. Whoever is invited or in it already is a conflict."
    )
    async def create_invite(
        self, info: RequestInfo, input: Annotated[CreateInviteInput, strawberry.argument(description="The invite.")]
    ) -> CreateInvitePayload:
        """Invite somebody."""
        issued = await create_invite(
            info.context.acting,
            entity_name=input.entity_name,
            username=input.username or None,
            email=input.email or None,
            role=input.role or ("admin" if input.admin else None),
            days=None if input.days is strawberry.UNSET else input.days,
        )
        return CreateInvitePayload(invite=Invite.of(issued.row), token=issued.token)

    @strawberry.mutation(description="Come into a team that you are invited to. Repeating it changes nothing.")
    async def accept_invite(
        self, info: RequestInfo, input: Annotated[AcceptInviteInput, strawberry.argument(description="The invite.")]
    ) -> AcceptInvitePayload:
        """Accept an invite."""
        row = await accept_invite(
            info.context.acting,
            token=input.token or None,
            invite_id=None if not input.id else decode_uuid("Invite", input.id),
        )
        return AcceptInvitePayload(team_member=TeamMember.of(row))

    @strawberry.mutation(
        description="Take back an invite to a team that you manage, or turn down one to you. Repeating it is fine."
    )
    async def revoke_invite(
        self, info: RequestInfo, input: Annotated[RevokeInviteInput, strawberry.argument(description="The invite.")]
    ) -> RevokeInvitePayload:
        """Revoke an invite."""
        await revoke_invite(info.context.acting, invite_id=decode_uuid("Invite", input.id))
        return RevokeInvitePayload(success=True)
