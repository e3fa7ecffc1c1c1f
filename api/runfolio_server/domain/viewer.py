"""Who asks. Made by actions/identity/sign_in.py, passed to every loader and action."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec


class Viewer(msgspec.Struct, frozen=True):
    """The owner of the API key that came with a request, and what the key says of itself; or nobody who is known.

    `team_roles` is what they are in teams, by entity id. `is_service`: a program's account, which has nothing of its
    own, in the team `team_id`. `key_project_id` is the only project that the key leads to; None: all. `default_name` is
    the entity where projects go that name no other, where that is not the personal one: the team of a service account.
    What a viewer may do is not told here: see domain/permission.py.
    """

    user_id: int
    entity_id: int
    username: str
    email: str | None
    is_admin: bool
    created_at: datetime
    is_service: bool = False
    team_roles: Mapping[int, str] = {}
    team_id: int | None = None
    display_name: str | None = None
    default_name: str | None = None
    key_id: UUID | None = None
    key_scope: str = "admin"
    key_project_id: int | None = None
    key_expires_at: datetime | None = None

    @property
    def is_anonymous(self) -> bool:
        """Whether no key came: somebody who sees what everybody sees."""
        return self.user_id == 0

    @property
    def default_entity_name(self) -> str:
        """The entity that is meant where none is named; '' for whoever is not signed in."""
        return self.default_name or self.username


ANONYMOUS: Final = Viewer(0, 0, "", None, is_admin=False, created_at=datetime(1970, 1, 1, tzinfo=UTC))
"""Whoever sends no key. No user and no entity has the number 0."""
