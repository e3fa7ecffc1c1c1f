"""A project's attributes. Extended by _async/project.py."""

from __future__ import annotations

from datetime import datetime

from runfolio._core.html import definition_table
from runfolio._core.moments import utc
from runfolio._core.paths import url_of
from runfolio._core.user import User
from runfolio._generated import ProjectFields


class ProjectData:
    """What is known of a project without asking again."""

    def __init__(self, fields: ProjectFields, base_url: str) -> None:
        self._fields = fields
        self._base_url = base_url

    @property
    def id(self) -> str:
        """The opaque id, permanent and unique among all objects of the server."""
        return self._fields.id

    @property
    def name(self) -> str:
        """Its name, unique in its entity."""
        return self._fields.name

    @property
    def entity(self) -> str:
        """The name of its owner."""
        return self._fields.entity.name

    @property
    def description(self) -> str | None:
        """Text for people."""
        return self._fields.description

    @property
    def created_at(self) -> datetime:
        """When it was made, UTC."""
        return utc(self._fields.created_at)

    @property
    def user(self) -> User | None:
        """Who made it; None: an account that is gone."""
        return None if self._fields.user is None else User.of(self._fields.user)

    @property
    def path(self) -> list[str]:
        """Entity and name; joined by a slash they are what `Api.runs` takes."""
        return [self.entity, self.name]

    @property
    def url(self) -> str:
        """The project's address."""
        return url_of(self._base_url, *self.path)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'/'.join(self.path)}>"

    def _repr_html_(self) -> str:
        created = f"{self.created_at:%Y-%m-%d %H:%M} UTC"
        return definition_table("/".join(self.path), {"created": created, "description": self.description})
