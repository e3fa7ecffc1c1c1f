"""Users and entities as the client shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runfolio._core.moments import utc
from runfolio._generated import AccountFields, EntityFields, GetViewerViewer, UserFields


@dataclass(frozen=True, slots=True)
class Entity:
    """An owner of projects; `kind` is `user` or `team`."""

    id: str
    name: str
    kind: str
    created_at: datetime

    @classmethod
    def of(cls, fields: EntityFields) -> Entity:
        """The entity of an answer."""
        return cls(fields.id, fields.name, fields.kind, utc(fields.created_at))


@dataclass(frozen=True, slots=True)
class User:
    """Somebody, or a program, that holds API keys.

    `email`, `admin`, `default_entity` and `deactivated_at` are None unless the user is you or you are a site admin.
    `is_service`: an account of a program, in one team; told of accounts that you ask for by name.
    """

    id: str
    username: str
    name: str
    created_at: datetime
    email: str | None = None
    admin: bool | None = None
    default_entity: Entity | None = None
    is_service: bool = False
    deactivated_at: datetime | None = None

    @classmethod
    def of(cls, fields: UserFields) -> User:
        """The user of an answer."""
        return cls(fields.id, fields.username, fields.name, utc(fields.created_at))

    @classmethod
    def of_account(cls, fields: AccountFields) -> User:
        """The user of an answer about accounts."""
        return cls(
            fields.id,
            fields.username,
            fields.name,
            utc(fields.created_at),
            fields.email,
            fields.admin,
            is_service=fields.kind == "service",
            deactivated_at=None if fields.deactivated_at is None else utc(fields.deactivated_at),
        )

    @classmethod
    def of_viewer(cls, fields: GetViewerViewer) -> User:
        """The owner of the key, with what only they may see."""
        entity = fields.default_entity
        return cls(
            fields.id,
            fields.username,
            fields.name,
            utc(fields.created_at),
            fields.email,
            fields.admin,
            None if entity is None else Entity.of(entity),
        )
