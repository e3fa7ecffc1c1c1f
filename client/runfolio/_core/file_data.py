"""A file's attributes. Extended by _async/files.py."""

from __future__ import annotations

from datetime import datetime

from runfolio._core.moments import utc
from runfolio._generated import FileFields


class FileData:
    """What is known of a file without asking again."""

    def __init__(self, fields: FileFields) -> None:
        self._fields = fields

    @property
    def id(self) -> str:
        """The opaque id."""
        return self._fields.id

    @property
    def name(self) -> str:
        """Its path as the run gave it, with forward slashes."""
        return self._fields.name

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self._fields.size_bytes

    @property
    def mimetype(self) -> str | None:
        """Guessed from the name; None: unknown."""
        return self._fields.mimetype

    @property
    def md5(self) -> str | None:
        """MD5 of its bytes, base64."""
        return self._fields.md_5

    @property
    def updated_at(self) -> datetime:
        """When these bytes arrived, UTC."""
        return utc(self._fields.updated_at)

    @property
    def url(self) -> str:
        """Where to GET it, without any other credential, for a day. Whoever has it can read the file."""
        return self._fields.direct_url

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} ({self.size} bytes)>"
