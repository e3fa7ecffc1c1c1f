"""States of artifacts, and kinds of their collections, manifests and edges; the values stand in the database."""

from __future__ import annotations

from enum import StrEnum


class ArtifactState(StrEnum):
    """Where an artifact is in its life: the values go one way, in this order."""

    PENDING = "PENDING"
    """A client has announced it and uploads; readers do not see it."""
    COMMITTED = "COMMITTED"
    """It has its version and never changes its content."""
    DELETED = "DELETED"
    """Gone for readers; its bytes go when nothing else has them. Its version is not given again."""


class CollectionKind(StrEnum):
    """What a collection is: a sequence is logged into, a portfolio is linked into."""

    SEQUENCE = "sequence"
    PORTFOLIO = "portfolio"


class ManifestType(StrEnum):
    """What a manifest says of an artifact's entries."""

    FULL = "FULL"
    """All of them."""
    INCREMENTAL = "INCREMENTAL"
    """Those that are new, or others than in the artifact that it adds to."""
    PATCH = "PATCH"
    """Those of one of several writers."""


class UseDirection(StrEnum):
    """Which way an edge between a run and an artifact goes."""

    INPUT = "input"
    """The run used the artifact."""
    OUTPUT = "output"
    """The run logged it."""
