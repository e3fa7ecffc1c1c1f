# Made from _async/people.py by client/unasync.py; do not edit.
"""Users, their keys, teams and invites: the part of the front door that is about people. Extended by api.py."""

from __future__ import annotations

from datetime import datetime

from runfolio._sync.pages import Pages
from runfolio._sync.team import Team, Teams
from runfolio._sync.transport import Transport
from runfolio._core.missing import present
from runfolio._core.operations import (
    ACCEPT_INVITE,
    ACTIVATE_USER,
    CREATE_TEAM,
    CREATE_USER,
    DEACTIVATE_USER,
    DELETE_API_KEY,
    GENERATE_API_KEY,
    GET_TEAM,
    GET_USER,
    LIST_API_KEYS,
    LIST_API_KEYS_OF,
    LIST_INVITES,
    RESET_API_KEYS,
    REVOKE_INVITE,
    UPDATE_USER,
)
from runfolio._core.page import Page
from runfolio._core.people import ApiKey, Invite, Scope
from runfolio._core.user import Entity, User


class People:
    """What a connection does with users, keys and teams."""

    _transport: Transport

    def team(self, name: str) -> Team:
        """A team that you are in. Raises NotFoundError."""
        entity = (self._transport.execute(GET_TEAM, {"name": name})).entity
        team = present(entity, f"team {name!r}", f"on {self._transport.base_url}")
        membership = present(team.viewer_membership, f"team {name!r}", "that you are in")
        return Team(Entity.of(team), membership.role, self._transport)

    def teams(self, per_page: int = 50) -> Teams:
        """The teams that you are in."""
        return Teams(self._transport, per_page)

    def create_team(self, name: str, admin: str | None = None) -> Team:
        """Make a team with you as its admin, or as a site admin for the user `admin`.

        One of yours that is there is the answer. Raises ConflictError for a name that a user or another team has.
        """
        answer = self._transport.execute(CREATE_TEAM, {"name": name, "admin": admin})
        return Team(Entity.of(answer.create_team.entity), "admin", self._transport)

    def invites(self) -> list[Invite]:
        """The open invites to teams that you may accept, newest first."""
        viewer = (self._transport.execute(LIST_INVITES)).viewer
        return [Invite.of(fields) for fields in (viewer.invites or [] if viewer is not None else [])]

    def accept_invite(self, invite: Invite | str) -> Team:
        """Come into the team of an invite, or of its token. Raises NotFoundError for one that is over."""
        given = {"token": invite} if isinstance(invite, str) else {"inviteId": invite.id}
        member = (self._transport.execute(ACCEPT_INVITE, given)).accept_invite.team_member
        team = present(member.team, "team", "of this invite")
        return Team(Entity.of(team), member.role, self._transport)

    def revoke_invite(self, invite: Invite) -> None:
        """Take back an invite to a team that you manage, or turn down one to you."""
        self._transport.execute(REVOKE_INVITE, {"inviteId": invite.id})

    def user(self, username: str) -> User:
        """A user: you, a service account of a team that you manage, or for site admins anybody."""
        user = (self._transport.execute(GET_USER, {"username": username})).user
        return User.of_account(present(user, f"user {username!r}", f"on {self._transport.base_url} for you to see"))

    def create_user(self, username: str, email: str | None = None, *, admin: bool = False) -> User:
        """Make a user, as a site admin. There is no key until `create_api_key` makes one."""
        given = {"username": username, "email": email, "admin": admin}
        return User.of_account((self._transport.execute(CREATE_USER, {"input": given})).create_user.user)

    def update_user(
        self,
        username: str | None = None,
        *,
        display_name: str | None = None,
        email: str | None = None,
        admin: bool | None = None,
    ) -> User:
        """Change what is given of a user, of yourself unless told; an empty text clears.

        The email and whether somebody is a site admin are for site admins to say.
        """
        given = {"username": username, "displayName": display_name, "email": email, "admin": admin}
        return User.of_account((self._transport.execute(UPDATE_USER, {"input": given})).update_user.user)

    def deactivate_user(self, username: str) -> User:
        """Revoke all keys of a user, who may do nothing from then on. For site admins; not of the last one."""
        answer = self._transport.execute(DEACTIVATE_USER, {"username": username})
        return User.of_account(answer.deactivate_user.user)

    def activate_user(self, username: str) -> User:
        """Let a user in again, who has no key until one is made. For site admins."""
        answer = self._transport.execute(ACTIVATE_USER, {"username": username})
        return User.of_account(answer.activate_user.user)

    def api_keys(self, username: str | None = None, per_page: int = 50) -> ApiKeys:
        """The valid keys of a user, of yours unless told, newest first."""
        return ApiKeys(self._transport, username, per_page)

    def create_api_key(
        self,
        name: str | None = None,
        *,
        username: str | None = None,
        description: str | None = None,
        scope: Scope | None = None,
        project: str | None = None,
        expires_at: datetime | None = None,
    ) -> ApiKey:
        """Make a key, for yourself unless told; its text is `key` of the answer, shown this once.

        `scope` is `admin` for people and `write` for service accounts unless told; `project` is `entity/project`, the
        only one that it leads to. A second key of one `name` is a ConflictError; without a name each call makes one.
        """
        entity_name, slash, project_name = (project or "").rpartition("/")
        given = {
            "name": name,
            "username": username,
            "description": description,
            "scope": scope,
            "entityName": entity_name if slash else None,
            "projectName": project_name or None,
            "expiresAt": None if expires_at is None else expires_at.isoformat(),
        }
        answer = self._transport.execute(GENERATE_API_KEY, {"input": given})
        return ApiKey.of_new(answer.generate_api_key.api_key, name)

    def revoke_api_key(self, key: ApiKey) -> None:
        """Revoke a key; it stops working at once. Raises NotFoundError for one that is not yours to revoke."""
        self._transport.execute(DELETE_API_KEY, {"keyId": key.id})

    def reset_api_keys(self, username: str | None = None) -> ApiKey:
        """Revoke all keys of a user, of yours unless told, and make the only one that is valid."""
        answer = self._transport.execute(RESET_API_KEYS, {"username": username})
        return ApiKey.of_new(answer.reset_api_keys.api_key, None)


class ApiKeys(Pages[ApiKey]):
    """The valid keys of a user."""

    def __init__(self, transport: Transport, username: str | None, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._username = username

    def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[ApiKey]:
        variables = {"first": first, "after": after, "withTotal": with_total}
        if self._username is None:
            viewer = (self._transport.execute(LIST_API_KEYS, variables)).viewer
            own = present(None if viewer is None else viewer.api_keys, "list of keys", "for this key to see")
            keys = [ApiKey.of(edge.node) for edge in own.edges]
            return Page(keys, own.page_info.has_next_page, own.page_info.end_cursor, own.total_count)
        given = {**variables, "username": self._username}
        user = (self._transport.execute(LIST_API_KEYS_OF, given)).user
        found = present(None if user is None else user.api_keys, f"user {self._username!r}", "whose keys you may see")
        keys = [ApiKey.of(edge.node) for edge in found.edges]
        return Page(keys, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)
