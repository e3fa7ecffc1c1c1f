"""What was deleted and may come back: runs and projects. Extended by _async/deleted.py."""

from __future__ import annotations

from datetime import datetime

from runfolio._core.moments import utc, utc_or_none
from runfolio._core.user import User
from runfolio._generated import DeletedProjectFields, DeletedRunFields


class DeletedRunData:
    """A run that was deleted: its id stays taken."""

    def __init__(self, fields: DeletedRunFields) -> None:
        self._fields = fields

    @property
    def id(self) -> str:
        """The slug in URLs."""
        return self._fields.name

    @property
    def storage_id(self) -> str:
        """The opaque id, permanent and unique among all objects of the server."""
        return self._fields.id

    @property
    def name(self) -> str:
        """What people read."""
        return self._fields.display_name

    @property
    def state(self) -> str:
        """The state that it was in."""
        return self._fields.state

    @property
    def deleted_at(self) -> datetime:
        """When it was deleted, UTC."""
        return utc(self._fields.deleted_at)

    @property
    def deleted_by(self) -> User | None:
        """Who deleted or moved it; None: an account that is gone."""
        return None if self._fields.deleted_by is None else User.of(self._fields.deleted_by)

    @property
    def purge_due_at(self) -> datetime:
        """From when on what it has may be freed, UTC."""
        return utc(self._fields.purge_due_at)

    @property
    def purged_at(self) -> datetime | None:
        """When all that it had was freed, UTC; None: not yet."""
        return utc_or_none(self._fields.purged_at)

    @property
    def can_be_undeleted(self) -> bool:
        """Whether it can come back: it was not moved, and nothing of it was freed."""
        return self._fields.can_be_undeleted

    @property
    def with_artifacts(self) -> bool:
        """Whether the artifacts that it logged go with it."""
        return self._fields.with_artifacts

    @property
    def freed_bytes(self) -> int:
        """Bytes of its history, console, documents and files that were freed so far."""
        return self._fields.freed_bytes

    @property
    def moved_to(self) -> str | None:
        """`entity/project/run` where it was moved; None: it was not, or you may not see it."""
        return self._fields.moved_to

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} {self.name!r} (deleted {self.deleted_at:%Y-%m-%d %H:%M} UTC)>"


class DeletedProjectData:
    """A project that was deleted: its name is free."""

    def __init__(self, fields: DeletedProjectFields) -> None:
        self._fields = fields

    @property
    def id(self) -> str:
        """The opaque id, permanent and unique among all objects of the server."""
        return self._fields.id

    @property
    def name(self) -> str:
        """What it was called; another project may be called so by now."""
        return self._fields.name

    @property
    def description(self) -> str | None:
        """Text for people."""
        return self._fields.description

    @property
    def created_at(self) -> datetime:
        """When it was made, UTC."""
        return utc(self._fields.created_at)

    @property
    def deleted_at(self) -> datetime:
        """When it was deleted, UTC."""
        return utc(self._fields.deleted_at)

    @property
    def purge_due_at(self) -> datetime:
        """From when on what it has may be freed, UTC."""
        return utc(self._fields.purge_due_at)

    @property
    def purged_at(self) -> datetime | None:
        """Since when it cannot come back, UTC: what it had is being freed, or is gone. None: it can."""
        return utc_or_none(self._fields.purged_at)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} (deleted {self.deleted_at:%Y-%m-%d %H:%M} UTC)>"
