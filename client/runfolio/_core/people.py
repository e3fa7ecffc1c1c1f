"""Members of teams, invites and API keys as the client shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from runfolio._core.moments import utc
from runfolio._core.user import User
from runfolio._generated import ApiKeyFields, InviteFields, TeamMemberFields

Role: TypeAlias = Literal["admin", "member", "viewer"]
Scope: TypeAlias = Literal["read", "write", "admin"]


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody in a team; `user` is None for an account that is gone. `is_service`: an account of a program."""

    user: User | None
    role: str
    since: datetime
    is_service: bool

    @property
    def username(self) -> str:
        """Their name; empty for an account that is gone."""
        return "" if self.user is None else self.user.username

    @classmethod
    def of(cls, fields: TeamMemberFields) -> TeamMember:
        """The member of an answer."""
        user = fields.user
        is_service = user is not None and user.kind == "service"
        return cls(None if user is None else User.of(user), fields.role, utc(fields.created_at), is_service)


@dataclass(frozen=True, slots=True)
class Invite:
    """An invite to a team: of the user `username`, or of whoever has the address `email`.

    `token` accepts it; it is there only right after it was made, and to be handed over by whoever invites.
    """

    id: str
    team: str
    role: str
    username: str | None
    email: str | None
    invited_by: str | None
    created_at: datetime
    expires_at: datetime
    token: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, fields: InviteFields, token: str | None = None) -> Invite:
        """The invite of an answer."""
        return cls(
            fields.id,
            fields.team_name,
            fields.role,
            None if fields.user is None else fields.user.username,
            fields.email,
            None if fields.invited_by is None else fields.invited_by.username,
            utc(fields.created_at),
            utc(fields.expires_at),
            token,
        )


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key. `key` is its text, which is there only right after it was made; elsewhere `name` names it.

    `project` is `entity/project` for a key that leads to one only, where you may see it; `is_limited` tells of any.
    """

    id: str
    name: str
    description: str | None
    scope: str
    is_limited: bool
    project: str | None
    created_at: datetime | None
    last_used_at: datetime | None
    expires_at: datetime | None
    key: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, fields: ApiKeyFields) -> ApiKey:
        """The key of a list."""
        project = fields.project
        return cls(
            fields.id,
            fields.name,
            fields.description,
            fields.scope,
            fields.is_limited,
            None if project is None else f"{project.entity.name}/{project.name}",
            None if fields.created_at is None else utc(fields.created_at),
            None if fields.last_used_at is None else utc(fields.last_used_at),
            None if fields.expires_at is None else utc(fields.expires_at),
        )

    @classmethod
    def of_new(cls, fields: ApiKeyFields, name: str | None) -> ApiKey:
        """A key that was just made: the answer has its text where lists have its name."""
        found = cls.of(fields)
        return cls(
            found.id,
            name or "",
            found.description,
            found.scope,
            found.is_limited,
            found.project,
            found.created_at,
            found.last_used_at,
            found.expires_at,
            fields.name,
        )
