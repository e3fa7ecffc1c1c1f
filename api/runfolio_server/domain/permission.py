"""What may be done, and who may do it: the permissions, and the one table that maps a viewer to them.

Asked by sql/access.py, which makes a condition of it, and by actions/access.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from runfolio_server.domain.viewer import Viewer


class Permission(StrEnum):
    """What somebody wants to do to a project and its runs, to an entity, to an account or to the site."""

    READ = "read"
    """See it: a project with its runs, their history and files; an account's email and role; the site's metrics."""
    LOG = "log"
    """Write what a process logs: make a run, and its project where there is none; append rows, upload files, end it."""
    EDIT = "edit"
    """Change by hand what is there: names, texts, tags, config, summary; ask a run to stop; an account's own keys."""
    DELETE = "delete"
    """Delete it and bring it back: a project, or its runs."""
    MANAGE = "manage"
    """Decide who may do what: for the site, make users and keys for others."""


class Role(StrEnum):
    """What somebody is in an entity."""

    ADMIN = "admin"
    """Everybody is the admin of their personal entity."""


PERMISSIONS_OF_ROLE: Final[Mapping[Role, frozenset[Permission]]] = {Role.ADMIN: frozenset(Permission)}
"""What a role allows with an entity, its projects and their runs. Another role is another line."""

SITE_ADMIN_OF_SITE: Final = frozenset(Permission)
SITE_ADMIN_OF_ACCOUNTS: Final = frozenset({Permission.READ})
"""Of accounts of others. A site admin is nobody in an entity of others: it administers, and reads no more data."""
OWNER_OF_ACCOUNT: Final = frozenset(Permission)


def roles_of(viewer: Viewer) -> Mapping[int, Role]:
    """What the viewer is, by entity id, wherever they are something."""
    return {viewer.entity_id: Role.ADMIN}


def entity_ids(viewer: Viewer, permission: Permission) -> list[int]:
    """The entities with which, and with whose projects, the viewer may do this."""
    return [found for found, role in roles_of(viewer).items() if permission in PERMISSIONS_OF_ROLE[role]]
