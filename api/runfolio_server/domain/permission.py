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
    """Delete it and bring it back: runs, artifacts, files."""
    MANAGE = "manage"
    """Decide who may do what: members and visibility, where a project belongs and whether there is one; for the site,
    make users and keys for others."""


class Role(StrEnum):
    """What somebody is in an entity."""

    ADMIN = "admin"
    """Everybody is the admin of their personal entity."""
    MEMBER = "member"
    VIEWER = "viewer"


class Scope(StrEnum):
    """How much of what its owner may do an API key may."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class Visibility(StrEnum):
    """Who sees a project beside those who are something in its entity."""

    PRIVATE = "private"
    """Nobody."""
    PUBLIC = "public"
    """Everybody, also without a key."""
    OPEN = "open"
    """Everybody; and whoever is signed in logs runs, and changes and deletes those that they made."""


_READ: Final = frozenset({Permission.READ})
_DATA: Final = frozenset({Permission.READ, Permission.LOG, Permission.EDIT, Permission.DELETE})
_ALL: Final = frozenset(Permission)

PERMISSIONS_OF_ROLE: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ADMIN: _ALL,
    Role.MEMBER: _DATA,
    Role.VIEWER: _READ,
}
"""What a role allows with an entity, its projects and their runs. Another role is another line."""

PERMISSIONS_OF_SCOPE: Final[Mapping[Scope, frozenset[Permission]]] = {
    Scope.ADMIN: _ALL,
    Scope.WRITE: _DATA,
    Scope.READ: _READ,
}
"""What is left to the owner of a key by its scope. Whatever is no data, such as keys, is for the scope `admin`."""

PERMISSIONS_OF_ANYBODY: Final[Mapping[Visibility, frozenset[Permission]]] = {
    Visibility.PRIVATE: frozenset(),
    Visibility.PUBLIC: _READ,
    Visibility.OPEN: _READ,
}
"""What everybody may do with a project and all that is in it."""
PERMISSIONS_OF_SIGNED_IN: Final[Mapping[Visibility, frozenset[Permission]]] = {
    Visibility.PRIVATE: frozenset(),
    Visibility.PUBLIC: frozenset(),
    Visibility.OPEN: frozenset({Permission.LOG}),
}
"""What whoever is signed in may do with the project itself: make runs in it."""
PERMISSIONS_OF_MAKER: Final[Mapping[Visibility, frozenset[Permission]]] = {
    Visibility.PRIVATE: frozenset(),
    Visibility.PUBLIC: frozenset(),
    Visibility.OPEN: _DATA,
}
"""What whoever is signed in may do with a run in it that they made."""

SITE_ADMIN_OF_SITE: Final = _ALL
SITE_ADMIN_OF_ACCOUNTS: Final = _READ
"""Of accounts of others. A site admin is nobody in an entity of others: it administers, and reads no more data."""
OWNER_OF_ACCOUNT: Final = _ALL


def roles_of(viewer: Viewer) -> Mapping[int, Role]:
    """What the viewer is, by entity id, wherever they are something."""
    roles = {entity_id: Role(role) for entity_id, role in viewer.team_roles.items()}
    if not (viewer.is_service or viewer.is_anonymous):
        roles[viewer.entity_id] = Role.ADMIN
    return roles


def key_allows(viewer: Viewer, permission: Permission) -> bool:
    """Whether the viewer's key leaves this to them, where they may do it."""
    return permission in PERMISSIONS_OF_SCOPE[Scope(viewer.key_scope)]


def key_allows_beyond_data(viewer: Viewer, permission: Permission) -> bool:
    """The same of accounts and of the site: keys that are for data, or for one project, only look at their owner."""
    is_whole = viewer.key_scope == Scope.ADMIN and viewer.key_project_id is None
    return not viewer.is_anonymous and (is_whole or permission is Permission.READ)


def entity_ids(viewer: Viewer, permission: Permission) -> list[int]:
    """The entities with whose projects the viewer may do this, by what they are there."""
    if not key_allows(viewer, permission):
        return []
    return [found for found, role in roles_of(viewer).items() if permission in PERMISSIONS_OF_ROLE[role]]


def may_with_all(viewer: Viewer, permission: Permission, entity_id: int) -> bool:
    """Whether the viewer may do this with all that is in a project of this entity that they have been shown."""
    return entity_id in entity_ids(viewer, permission)


def visibilities(viewer: Viewer, permission: Permission, *, of_what_is_in_it: bool) -> frozenset[Visibility]:
    """The projects with which, or with anything in which, the viewer may do this whoever they are."""
    if not key_allows(viewer, permission):
        return frozenset()
    is_more = not (viewer.is_anonymous or of_what_is_in_it)
    return frozenset(
        each
        for each in Visibility
        if permission in PERMISSIONS_OF_ANYBODY[each] or (is_more and permission in PERMISSIONS_OF_SIGNED_IN[each])
    )


def may_as_maker(viewer: Viewer, permission: Permission) -> bool:
    """Whether the viewer may do this with what they made in an open project."""
    is_allowed = permission in PERMISSIONS_OF_MAKER[Visibility.OPEN]
    return is_allowed and not viewer.is_anonymous and key_allows(viewer, permission)
