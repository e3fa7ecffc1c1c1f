"""An artifact's attributes over what the server sent. Extended by _async/artifact.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from runfolio._core import json_text
from runfolio._core.html import definition_table
from runfolio._core.moments import utc
from runfolio._core.paths import ARTIFACTS_MARK, ArtifactPath, url_of
from runfolio._generated import ArtifactFields, ProjectNameFields

SIZE_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


class ArtifactData:
    """What is known of an artifact without asking again. It belongs to the collection through which it was found."""

    def __init__(self, fields: ArtifactFields, base_url: str) -> None:
        self._fields = fields
        self._base_url = base_url

    @property
    def id(self) -> str:
        """The opaque id, the same in every collection."""
        return self._fields.id

    @property
    def collection(self) -> str:
        """The name of the collection through which it was found."""
        place = self._fields.membership
        found = place.artifact_collection if place is not None else None
        return self._fields.artifact_sequence.name if found is None else found.name

    @property
    def version(self) -> str:
        """Its version there, such as `v3`."""
        place = self._fields.membership
        index = self._fields.version_index if place is None else place.version_index
        return f"v{index}"

    @property
    def name(self) -> str:
        """Collection and version: `weights:v3`."""
        return f"{self.collection}:{self.version}"

    @property
    def entity(self) -> str:
        """The name of the owner of the collection's project."""
        return self._project.entity.name if self._project is not None else ""

    @property
    def project(self) -> str:
        """The name of the collection's project."""
        return self._project.name if self._project is not None else ""

    @property
    def path(self) -> str:
        """What `Api.artifact` takes: `entity/project/weights:v3`."""
        return str(ArtifactPath(self.entity, self.project, self.collection, self.version))

    @property
    def source_path(self) -> str:
        """The path in the sequence that it was logged into: another one than `path` when it was found by a link."""
        sequence = self._fields.artifact_sequence
        if sequence.project is None:
            return self.path
        owner, project = sequence.project.entity.name, sequence.project.name
        return str(ArtifactPath(owner, project, sequence.name, f"v{self._fields.version_index}"))

    @property
    def url(self) -> str:
        """Its address; `Api.artifact` takes it too."""
        return url_of(
            self._base_url, self.entity, self.project, ARTIFACTS_MARK, self.type, self.collection, self.version
        )

    @property
    def type(self) -> str:
        """What it is, such as `model`."""
        return self._fields.artifact_type.name

    @property
    def state(self) -> str:
        """COMMITTED; PENDING while it is uploaded."""
        return self._fields.state.value

    @property
    def aliases(self) -> list[str]:
        """The aliases that lead to it in this collection."""
        place = self._fields.membership
        found = [] if place is None else [alias.alias for alias in place.aliases]
        return [alias for alias in found if alias != self.version]

    @property
    def tags(self) -> list[str]:
        """Its labels."""
        return [tag.name for tag in self._fields.tags]

    @property
    def description(self) -> str | None:
        """Text for people; None: none."""
        return self._fields.description

    @property
    def metadata(self) -> dict[str, Any]:
        """What was told of it, as JSON; empty when nothing was."""
        return json_text.parse_object(self._fields.metadata) if self._fields.metadata else {}

    @property
    def digest(self) -> str:
        """What its content comes to: two with the same digest have the same files."""
        return self._fields.digest

    @property
    def size(self) -> int:
        """Bytes of all its files together."""
        return self._fields.size

    @property
    def file_count(self) -> int:
        """How many files it has."""
        return self._fields.file_count

    @property
    def created_at(self) -> datetime:
        """When it was announced, UTC."""
        return utc(self._fields.created_at)

    @property
    def updated_at(self) -> datetime:
        """When it was changed last, UTC."""
        return utc(self._fields.updated_at)

    @property
    def _project(self) -> ProjectNameFields | None:
        place = self._fields.membership
        found = place.artifact_collection if place is not None else None
        return self._fields.artifact_sequence.project if found is None else found.project

    def __repr__(self) -> str:
        aliases = f" {', '.join(self.aliases)}" if self.aliases else ""
        count = f"{self.file_count} file{'' if self.file_count == 1 else 's'}"
        return f"<{type(self).__name__} {self.path} ({self.type}, {count}, {size_text(self.size)}){aliases}>"

    def _repr_html_(self) -> str:
        entries = {
            "type": self.type,
            "aliases": ", ".join(self.aliases),
            "tags": ", ".join(self.tags),
            "files": self.file_count,
            "size": size_text(self.size),
            "created": self.created_at,
            "description": self.description,
            **{f"metadata.{key}": value for key, value in self.metadata.items()},
        }
        return definition_table(self.path, entries)


def size_text(size: int) -> str:
    """A number of bytes for people.

    >>> size_text(900), size_text(5 * 2**20)
    ('900 bytes', '5.0 MiB')
    """
    amount, unit = float(size), 0
    while amount >= 1024 and unit < len(SIZE_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{size} bytes" if unit == 0 else f"{amount:.1f} {SIZE_UNITS[unit]}"
