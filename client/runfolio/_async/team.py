"""Teams: who is in them, and who is invited. Made by people.py."""

from __future__ import annotations

from runfolio._async.pages import AsyncPages
from runfolio._async.transport import AsyncTransport
from runfolio._core.missing import present
from runfolio._core.operations import (
    CHANGE_ROLE,
    CREATE_INVITE,
    CREATE_SERVICE_ACCOUNT,
    LEAVE_TEAM,
    LIST_TEAM_INVITES,
    LIST_TEAM_MEMBERS,
    LIST_TEAMS,
    REMOVE_MEMBER,
)
from runfolio._core.page import Page
from runfolio._core.people import Invite, Role, TeamMember
from runfolio._core.user import Entity, User


class AsyncTeam:
    """A team, whose projects are `api.projects(team.name)`; `role` is yours in it."""

    def __init__(self, entity: Entity, role: str, transport: AsyncTransport) -> None:
        self._entity = entity
        self._role = role
        self._transport = transport

    @property
    def name(self) -> str:
        """What paths begin with."""
        return self._entity.name

    @property
    def entity(self) -> Entity:
        """The owner of its projects."""
        return self._entity

    @property
    def role(self) -> str:
        """What you were in it when it was asked for: `admin`, `member` or `viewer`."""
        return self._role

    def members(self, per_page: int = 50) -> AsyncTeamMembers:
        """Who is in it: people first, then service accounts, each by the age of the account."""
        return AsyncTeamMembers(self._transport, self.name, per_page)

    def invites(self, per_page: int = 50) -> AsyncTeamInvites:
        """The open invites to it, newest first. For its admins; to others it raises NotFoundError."""
        return AsyncTeamInvites(self._transport, self.name, per_page)

    async def invite(self, username_or_email: str, role: Role = "member", *, days: int | None = None) -> Invite:
        """Invite a user, or whoever has an address, for so many days (14 unless told).

        No mail is sent: hand over the token of the answer, which is shown this once. Raises ConflictError for somebody
        who is invited or in the team already, NotFoundError for a user who is not there or a team that is not yours.
        """
        whom = {"email" if "@" in username_or_email else "username": username_or_email}
        given = {"entityName": self.name, "role": role, "days": days, **whom}
        answer = (await self._transport.execute(CREATE_INVITE, {"input": given})).create_invite
        return Invite.of(answer.invite, answer.token)

    async def change_role(self, username: str, role: Role) -> TeamMember:
        """Make a member something else. Raises PermissionDeniedError for the last admin, NotFoundError."""
        given = {"team": self.name, "username": username, "role": role}
        return TeamMember.of((await self._transport.execute(CHANGE_ROLE, given)).change_role.team_member)

    async def remove(self, username: str) -> None:
        """Take somebody out of it; a service account ends. Raises PermissionDeniedError for the last admin."""
        await self._transport.execute(REMOVE_MEMBER, {"team": self.name, "username": username})

    async def leave(self) -> None:
        """Leave it. Raises PermissionDeniedError for the last admin."""
        await self._transport.execute(LEAVE_TEAM, {"team": self.name})

    async def create_service_account(
        self, description: str, *, username: str | None = None, role: Role = "member"
    ) -> User:
        """An account for a program, in this team alone; `api.create_api_key(username=…)` makes its key.

        With a `username` an account of this team that is there is the answer; without one each call makes another.
        """
        given = {"entityName": self.name, "description": description, "username": username, "role": role}
        answer = await self._transport.execute(CREATE_SERVICE_ACCOUNT, {"input": given})
        return User.of_account(answer.create_service_account.user)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


class AsyncTeams(AsyncPages[AsyncTeam]):
    """The teams that you are in."""

    def __init__(self, transport: AsyncTransport, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[AsyncTeam]:
        variables = {"first": first, "after": after, "withTotal": with_total}
        viewer = (await self._transport.execute(LIST_TEAMS, variables)).viewer
        found = present(None if viewer is None else viewer.team_memberships, "list of teams", "for this key")
        teams = [
            AsyncTeam(Entity.of(edge.node.team), edge.node.role, self._transport)
            for edge in found.edges
            if edge.node.team is not None
        ]
        return Page(teams, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)


class AsyncTeamMembers(AsyncPages[TeamMember]):
    """Who is in a team."""

    def __init__(self, transport: AsyncTransport, name: str, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._name = name

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[TeamMember]:
        variables = {"name": self._name, "first": first, "after": after, "withTotal": with_total}
        entity = (await self._transport.execute(LIST_TEAM_MEMBERS, variables)).entity
        found = present(
            None if entity is None else entity.team_members, f"team {self._name!r}", f"on {self._transport.base_url}"
        )
        members = [TeamMember.of(edge.node) for edge in found.edges]
        return Page(members, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)


class AsyncTeamInvites(AsyncPages[Invite]):
    """The open invites to a team."""

    def __init__(self, transport: AsyncTransport, name: str, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._name = name

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[Invite]:
        variables = {"name": self._name, "first": first, "after": after, "withTotal": with_total}
        entity = (await self._transport.execute(LIST_TEAM_INVITES, variables)).entity
        found = present(
            None if entity is None else entity.invites, f"team {self._name!r}", f"on {self._transport.base_url}"
        )
        invites = [Invite.of(edge.node) for edge in found.edges]
        return Page(invites, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)
