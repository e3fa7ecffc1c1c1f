"""Queries of artifacts and of their collections: what every list and count of them is about."""

from __future__ import annotations

from dataclasses import dataclass

from runfolio_server.filters.artifact_fields import ARTIFACT_FIELDS, COLLECTION_FIELDS
from runfolio_server.filters.language.list_query import ListQuery


@dataclass(frozen=True, slots=True)
class ArtifactQuery(ListQuery):
    """Which versions.

    >>> ArtifactQuery.parse('{"alias": "best"}', "-version").written
    '{"alias": "best"}'
    """

    fields = ARTIFACT_FIELDS


@dataclass(frozen=True, slots=True)
class CollectionQuery(ListQuery):
    """Which collections of a project."""

    fields = COLLECTION_FIELDS
