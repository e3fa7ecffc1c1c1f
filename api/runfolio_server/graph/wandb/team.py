"""Wire names of teams: what the SDK asks of an entity that is one, and its single list of members and invites."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.access import Owned, allowed
from runfolio_server.actions.identity.invites import OPEN_INVITES_MAX, revoke_invite
from runfolio_server.actions.identity.members import TEAM_MEMBERS_MAX, remove_member_of_id
from runfolio_server.actions.identity.people import SERVICE, TEAM, manages_team, sees_members
from runfolio_server.domain.permission import Permission, Role
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs
from runfolio_server.graph.relay.node_ids import decode_node_id, decode_number, decode_uuid, encode_node_id
from runfolio_server.graph.relay.scalars import Int64, JSONString
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead
from runfolio_server.sql.identity.invites import SELECT_OPEN_INVITES_PAGE
from runfolio_server.sql.identity.members import SELECT_TEAM_MEMBERS_PAGE
from runfolio_server.sql.identity.users import EntityRow


@strawberry.type(description="Somebody who is in a team, or is invited to it.")
class Member:
    """A member or an open invite."""

    id: str | None = strawberry.field(description="Node id of the user, or of the invite.")
    admin: bool | None = strawberry.field(description="Whether an admin of the team.")
    pending: bool | None = strawberry.field(description="Whether only invited.")
    email: str | None = strawberry.field(description="The address that is invited; null: a member, or a user.")
    username: str | None = strawberry.field(description="The user's name; null: an address is invited.")
    name: str = strawberry.field(description="What people read.")
    photo_url: str | None = strawberry.field(description="Always null.")
    account_type: str | None = strawberry.field(description="`MEMBER` or `SERVICE`.")
    api_key: str | None = strawberry.field(description="Always null: of keys only hashes are stored.")


@strawberry.type
class TeamWireNames:
    """Wire names of an entity that is a team; all of them are asked by Api().team()."""

    row: strawberry.Private[EntityRow]

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always false: the name is this entity's.")
    def available(self) -> bool | None:
        """Whether the name is free."""
        return False

    @strawberry.field(deprecation_reason=instead("kind"), description="Whether it is a team.")
    def is_team(self) -> bool:
        """Not a user's."""
        return self.row.kind == TEAM

    @strawberry.field(deprecation_reason=instead("kind"), description="`user` or `team`.")
    def entity_type(self) -> str | None:
        """The kind."""
        return self.row.kind

    @strawberry.field(deprecation_reason=instead("viewerMembership"), description="Whether you may only read.")
    def read_only(self, info: RequestInfo) -> bool | None:
        """Whether the viewer logs nothing here."""
        return not allowed(info.context.viewer, Permission.LOG, Owned(self.row.entity_id))

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always false: an admin of a team may do everything.")
    def read_only_admin(self) -> bool:
        """Nothing of the kind is here."""
        return False

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always false: each project says who sees it.")
    def private_only(self) -> bool:
        """Nothing of the kind is here."""
        return False

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="`PRIVATE`: what a new project is.")
    def default_access(self) -> str:
        """Of new projects."""
        return "PRIVATE"

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always true: whoever logs may save code.")
    def code_saving_enabled(self) -> bool:
        """Nothing forbids it."""
        return True

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always false: nobody pays here.")
    def is_paid(self) -> bool | None:
        """Nothing of the kind is here."""
        return False

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always 0: not counted.")
    def storage_bytes(self) -> Int64:
        """Not counted."""
        return Int64(0)

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always null: no pictures are kept.")
    def photo_url(self) -> str | None:
        """Nothing of the kind is here."""
        return None

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always null: limits are told by the errors.")
    def limits(self) -> JSONString | None:
        """Asked by Api().create_team()."""
        return None

    @strawberry.field(
        deprecation_reason=instead("teamMembers"),
        description="Who is invited, for admins, then who is in the team, service accounts last. "
        "Empty: no team of yours.",
        metadata=costs(lambda _: Cost(items=TEAM_MEMBERS_MAX)),
    )
    async def members(self, info: RequestInfo) -> list[Member]:
        """All members and open invites. The SDK takes the last for the service account that it has just made."""
        context, entity_id = info.context, self.row.entity_id
        if self.row.kind != TEAM or not sees_members(context.viewer, entity_id):
            return []
        is_admin = manages_team(context.viewer, entity_id)
        async with context.database.connection() as connection:
            rows = await connection.rows(SELECT_TEAM_MEMBERS_PAGE, entity_id, "", 0, TEAM_MEMBERS_MAX)
            invites = (
                await connection.rows(SELECT_OPEN_INVITES_PAGE, entity_id, None, OPEN_INVITES_MAX) if is_admin else []
            )
        users = context.loaders.user
        invited = [None if invite.user_id is None else await users.load(invite.user_id) for invite in invites]
        pending = [
            Member(
                id=encode_node_id("Invite", invite.invite_id),
                admin=invite.role == Role.ADMIN,
                pending=True,
                email=invite.email,
                username=None if user is None else user.username,
                name=(invite.email or "") if user is None else user.display_name or user.username,
                photo_url=None,
                account_type="MEMBER",
                api_key=None,
            )
            for invite, user in zip(invites, invited, strict=True)
        ]
        found = zip(rows, await users.load_many([row.user_id for row in rows]), strict=True)
        return pending + [
            Member(
                id=encode_node_id("User", user.user_id),
                admin=row.role == Role.ADMIN,
                pending=False,
                email=None,
                username=user.username,
                name=user.display_name or user.username,
                photo_url=None,
                account_type="SERVICE" if user.kind == SERVICE else "MEMBER",
                api_key=None,
            )
            for row, user in found
            if user is not None
        ]


@strawberry.input(description="A member or an invite of a team, as the W&B SDK names it.")
class DeleteInviteInput:
    """Input of deleteInvite."""

    id: str | None = strawberry.field(default=strawberry.UNSET, description="Node id of the user, or of the invite.")
    entity_name: str | None = strawberry.field(default=strawberry.UNSET, description="The team.")


@strawberry.type(description="What deleteInvite answers.")
class DeleteInvitePayload:
    """Payload of deleteInvite."""

    success: bool | None = strawberry.field(description="Always true; who is not there is an error.")


@strawberry.type
class TeamMutationWireNames:
    """Wire names of changes of teams."""

    @strawberry.mutation(
        deprecation_reason=instead("removeMember` or `revokeInvite"),
        description="Take somebody out of a team, or take back an invite.",
    )
    async def delete_invite(
        self, info: RequestInfo, input: Annotated[DeleteInviteInput, strawberry.argument(description="Whom.")]
    ) -> DeleteInvitePayload | None:
        """Sent by member.delete()."""
        acting = info.context.acting
        node_id = input.id or ""
        if decode_node_id(node_id)[0] == "Invite":
            await revoke_invite(acting, invite_id=decode_uuid("Invite", node_id))
        else:
            user_id = decode_number("User", node_id, "input.id")
            await remove_member_of_id(acting, entity_name=input.entity_name or "", user_id=user_id)
        return DeleteInvitePayload(success=True)
