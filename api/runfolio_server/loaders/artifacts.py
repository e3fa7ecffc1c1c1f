"""Artifacts and what belongs to them, by key; one request's life. Made by Loaders."""

from __future__ import annotations

from collections.abc import Iterable

from runfolio_server.domain.viewer import Viewer
from runfolio_server.loaders.loader import Loader, many_by_key, one_by_key
from runfolio_server.sql.artifacts.artifacts import SELECT_VISIBLE_ARTIFACTS, ArtifactRow
from runfolio_server.sql.artifacts.collections import SELECT_VISIBLE_COLLECTIONS, CollectionRow
from runfolio_server.sql.artifacts.manifests import SELECT_CURRENT_MANIFESTS, ManifestRow
from runfolio_server.sql.artifacts.memberships import (
    SELECT_ALIASES,
    SELECT_MEMBERSHIPS_OF_ARTIFACTS,
    SELECT_NEWEST_MEMBERSHIPS,
    AliasRow,
    MembershipRow,
)
from runfolio_server.sql.artifacts.types import SELECT_VISIBLE_ARTIFACT_TYPES, ArtifactTypeRow
from runfolio_server.sql.pool import Database


class ArtifactLoaders:
    """One loader per kind of related object; None where the viewer sees no such row."""

    def __init__(self, database: Database, viewer: Viewer) -> None:
        async def artifacts(artifact_ids: list[int]) -> Iterable[ArtifactRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_VISIBLE_ARTIFACTS, artifact_ids, viewer, None, len(artifact_ids))

        async def collections(collection_ids: list[int]) -> Iterable[CollectionRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_VISIBLE_COLLECTIONS, collection_ids, viewer)

        async def types(type_ids: list[int]) -> Iterable[ArtifactTypeRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_VISIBLE_ARTIFACT_TYPES, type_ids, viewer)

        async def manifests(artifact_ids: list[int]) -> Iterable[ManifestRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_CURRENT_MANIFESTS, artifact_ids)

        async def newest(collection_ids: list[int]) -> Iterable[MembershipRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_NEWEST_MEMBERSHIPS, collection_ids, viewer)

        async def memberships(artifact_ids: list[int]) -> Iterable[MembershipRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_MEMBERSHIPS_OF_ARTIFACTS, artifact_ids, viewer)

        async def aliases(membership_ids: list[int]) -> Iterable[AliasRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_ALIASES, membership_ids)

        self.artifact: Loader[int, ArtifactRow | None] = one_by_key(artifacts, lambda row: row.artifact_id)
        self.collection: Loader[int, CollectionRow | None] = one_by_key(collections, lambda row: row.collection_id)
        self.type: Loader[int, ArtifactTypeRow | None] = one_by_key(types, lambda row: row.type_id)
        # Of committed artifacts, by the artifact.
        self.manifest: Loader[int, ManifestRow | None] = one_by_key(manifests, lambda row: row.artifact_id)
        # The newest version of a collection, by the collection.
        self.newest: Loader[int, MembershipRow | None] = one_by_key(newest, lambda row: row.collection_id)
        # By the artifact, its sequence first.
        self.memberships: Loader[int, list[MembershipRow]] = many_by_key(memberships, lambda row: row.artifact_id)
        # By the membership.
        self.aliases: Loader[int, list[AliasRow]] = many_by_key(aliases, lambda row: row.membership_id)

    def clear(self) -> None:
        """Let go of everything that was loaded: the request is over."""
        for loader in vars(self).values():
            loader.clear()
