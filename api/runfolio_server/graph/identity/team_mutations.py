"""Teams: made, and who is in them."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.identity.members import change_role, leave_team, remove_member
from runfolio_server.actions.identity.teams import create_service_account, create_team
from runfolio_server.actions.identity.users import DISPLAYED_NAME_MAX
from runfolio_server.graph.identity.entity import Entity
from runfolio_server.graph.identity.team_member import TeamMember
from runfolio_server.graph.identity.user import User
from runfolio_server.graph.info import RequestInfo

ROLES_TOLD = "`admin`, `member` or `viewer`"


@strawberry.input(description="A team to make.")
class CreateTeamInput:
    """Input of createTeam."""

    team_name: str = strawberry.field(description="1 to 63 of a-z 0-9 _ . -; teams and users share one set of names.")
    team_admin_user_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Its first admin; null: you. Others are named by site admins only."
    )


@strawberry.type(description="What createTeam answers.")
class CreateTeamPayload:
    """Payload of createTeam."""

    entity: Entity = strawberry.field(description="The team of this name.")


@strawberry.input(description="A program's account to make.")
class CreateServiceAccountInput:
    """Input of createServiceAccount."""

    entity_name: str = strawberry.field(description="The team.")
    description: str = strawberry.field(description=f"What it is for, at most {DISPLAYED_NAME_MAX} characters.")
    username: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What it is called; one of this team that is there is answered. Null: a name is made, and each "
        "call makes another account.",
    )
    role: str | None = strawberry.field(default=strawberry.UNSET, description=f"{ROLES_TOLD}; null: `member`.")


@strawberry.type(description="What createServiceAccount answers.")
class CreateServiceAccountPayload:
    """Payload of createServiceAccount."""

    user: User = strawberry.field(description="The account; there is no key until one is generated.")


@strawberry.input(description="Another role for a member of a team.")
class ChangeRoleInput:
    """Input of changeRole."""

    entity_name: str = strawberry.field(description="The team.")
    username: str = strawberry.field(description="The member.")
    role: str = strawberry.field(description=f"{ROLES_TOLD}.")


@strawberry.type(description="What changeRole answers.")
class ChangeRolePayload:
    """Payload of changeRole."""

    team_member: TeamMember = strawberry.field(description="The member as they are now.")


@strawberry.input(description="A member to remove.")
class RemoveMemberInput:
    """Input of removeMember."""

    entity_name: str = strawberry.field(description="The team.")
    username: str = strawberry.field(description="The member.")


@strawberry.input(description="A team to leave.")
class LeaveTeamInput:
    """Input of leaveTeam."""

    entity_name: str = strawberry.field(description="The team.")


@strawberry.type(description="Whether somebody is out of a team.")
class LeftTeamPayload:
    """Payload of removeMember and leaveTeam."""

    success: bool = strawberry.field(description="Always true; whoever is not in the team is an error.")


@strawberry.type
class TeamMutations:
    """Changes of teams."""

    @strawberry.mutation(
        description="Make a team. One of this name that has this admin already is answered and stays as it is."
    )
    async def create_team(
        self, info: RequestInfo, input: Annotated[CreateTeamInput, strawberry.argument(description="The team.")]
    ) -> CreateTeamPayload:
        """Make a team."""
        row = await create_team(
            info.context.acting, name=input.team_name, admin_username=input.team_admin_user_name or None
        )
        return CreateTeamPayload(entity=Entity.of(row))

    @strawberry.mutation(
        description="Make an account for a program: a member of this team and of nothing else. For admins of the team."
    )
    async def create_service_account(
        self,
        info: RequestInfo,
        input: Annotated[CreateServiceAccountInput, strawberry.argument(description="The account.")],
    ) -> CreateServiceAccountPayload:
        """Make a service account."""
        row = await create_service_account(
            info.context.acting,
            entity_name=input.entity_name,
            description=input.description,
            username=input.username or None,
            role=input.role or None,
        )
        return CreateServiceAccountPayload(user=User.of(row))

    @strawberry.mutation(description="Give a member another role. For admins of the team; not of the last admin.")
    async def change_role(
        self, info: RequestInfo, input: Annotated[ChangeRoleInput, strawberry.argument(description="The role.")]
    ) -> ChangeRolePayload:
        """Change a role."""
        row = await change_role(
            info.context.acting, entity_name=input.entity_name, username=input.username, role=input.role
        )
        return ChangeRolePayload(team_member=TeamMember.of(row))

    @strawberry.mutation(
        description="Take somebody out of a team, and end a service account. For admins of it; not the last admin."
    )
    async def remove_member(
        self, info: RequestInfo, input: Annotated[RemoveMemberInput, strawberry.argument(description="The member.")]
    ) -> LeftTeamPayload:
        """Remove a member."""
        await remove_member(info.context.acting, entity_name=input.entity_name, username=input.username)
        return LeftTeamPayload(success=True)

    @strawberry.mutation(description="Leave a team. The last admin cannot.")
    async def leave_team(
        self, info: RequestInfo, input: Annotated[LeaveTeamInput, strawberry.argument(description="The team.")]
    ) -> LeftTeamPayload:
        """Leave a team."""
        await leave_team(info.context.acting, entity_name=input.entity_name)
        return LeftTeamPayload(success=True)
