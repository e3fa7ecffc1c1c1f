"""A collection of artifacts: a named line of versions. Made by _async/artifacts.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runfolio._core.moments import utc
from runfolio._generated import ArtifactCollectionFields

PORTFOLIO = "ArtifactPortfolio"


@dataclass(frozen=True, slots=True)
class ArtifactCollection:
    """A sequence, which runs log new versions into, or a portfolio (`is_portfolio`), which versions are linked into.

    `path` and an alias are what `Api.artifact` takes: `f"{collection.path}:latest"`. Times are in UTC.
    """

    id: str
    path: str
    name: str
    type: str
    description: str | None
    is_portfolio: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, fields: ArtifactCollectionFields) -> ArtifactCollection:
        """The collection of an answer."""
        project = fields.project
        place = f"{project.entity.name}/{project.name}/" if project is not None else ""
        return cls(
            fields.id,
            f"{place}{fields.name}",
            fields.name,
            fields.default_artifact_type.name,
            fields.description,
            fields.typename__ == PORTFOLIO,
            utc(fields.created_at),
            utc(fields.updated_at),
        )
