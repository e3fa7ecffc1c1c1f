"""Deletes versions and collections: readers find them no more at once, their bytes go later (worker/)."""

from __future__ import annotations

from collections.abc import Sequence

from runfolio_server.actions.access import missing
from runfolio_server.actions.artifacts.argument_paths import CANONICAL, ArgumentPaths
from runfolio_server.actions.artifacts.found import checked_written_artifact
from runfolio_server.domain.artifact_names import LATEST, SHOWN_CHARACTERS
from runfolio_server.domain.artifact_state import CollectionKind
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError
from runfolio_server.sql.artifacts.collections import SELECT_VISIBLE_COLLECTION, CollectionRow
from runfolio_server.sql.artifacts.committing import DELETE_WANTED_LINKS, LOCK_ARTIFACTS
from runfolio_server.sql.artifacts.deleting import (
    DELETE_MEMBERSHIPS,
    DELETE_MEMBERSHIPS_OF_COLLECTION,
    MOVE_LATEST,
    SELECT_ARTIFACTS_OF_COLLECTION,
    SELECT_DELETED_ARTIFACT,
    SELECT_DELETED_COLLECTION,
    SELECT_PLACES,
    SET_COLLECTION_DELETED,
    SET_DELETED,
    PlaceRow,
)
from runfolio_server.sql.artifacts.making import LOCK_COLLECTIONS, ArtifactIdRow
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import Connection, Database

SHOWN_ALIASES = 5


async def delete_artifact(
    database: Database,
    viewer: Viewer,
    artifact_id: int,
    *,
    delete_aliases: bool = False,
    paths: ArgumentPaths = CANONICAL,
) -> None:
    """Delete a version with its links; its number is not given again, and `latest` goes to the newest that is left.

    Idempotent. Raises NotFound when there is none that the viewer may delete, AppError when it has an alias in any
    collection, unless `delete_aliases`.
    """
    async with database.transaction() as connection:
        if await connection.row(SELECT_DELETED_ARTIFACT, artifact_id, viewer) is not None:
            return
        found = await checked_written_artifact(connection, viewer, Permission.DELETE, artifact_id, path=paths.artifact)
        places = await _held_places(connection, [found.artifact_id])
        aliases = sorted({place.alias for place in places if place.alias is not None})
        if aliases and not delete_aliases:
            shown = ", ".join(repr(alias[:SHOWN_CHARACTERS]) for alias in aliases[:SHOWN_ALIASES])
            raise AppError(
                f"The artifact has the aliases {shown}; remove them first, or delete it with its aliases.",
                path=paths.with_aliases,
            )
        await _delete(connection, [found.artifact_id], places)


async def delete_collection(
    database: Database, viewer: Viewer, collection_id: int, *, paths: ArgumentPaths = CANONICAL
) -> CollectionRow:
    """Delete a collection: of a sequence all versions go, with their links; what a portfolio links to stays.

    Idempotent. Raises NotFound when there is none that the viewer may delete.
    """
    async with database.transaction() as connection:
        gone = await connection.row(SELECT_DELETED_COLLECTION, collection_id, viewer)
        if gone is not None:
            return gone
        collection = await connection.row(SELECT_VISIBLE_COLLECTION[Permission.DELETE], collection_id, viewer)
        if collection is None:
            raise missing("artifact collection of this id", Permission.DELETE, paths.collection)
        if collection.kind == CollectionKind.SEQUENCE:
            versions = await connection.rows(SELECT_ARTIFACTS_OF_COLLECTION, collection_id)
            artifact_ids = [row.artifact_id for row in versions]
            places = await _held_places(connection, artifact_ids, collection_id)
            await _delete(connection, artifact_ids, places)
        else:
            await connection.rows(LOCK_COLLECTIONS, [collection_id])
        await connection.execute(DELETE_MEMBERSHIPS_OF_COLLECTION, collection_id)
        await connection.execute(SET_COLLECTION_DELETED, collection_id)
        return collection


async def delete_due_artifacts(database: Database, due: Query[ArtifactIdRow], *arguments: object) -> int:
    """Delete versions whose time is over, with their aliases; how many. By the worker.

    `due` finds them: $1 ids to choose among or null, and then the arguments.
    """
    async with database.transaction() as connection:
        found = [row.artifact_id for row in await connection.rows(due, None, *arguments)]
        places = await _held_places(connection, found)
        # While they were waited for one may have been committed, or given more time.
        still = [row.artifact_id for row in await connection.rows(due, found, *arguments)]
        await _delete(connection, still, [place for place in places if place.artifact_id in still])
    return len(still)


async def take_out(connection: Connection, places: Sequence[PlaceRow]) -> None:
    """Delete memberships in collections that the caller holds; `latest` goes to the newest version that is left."""
    if not places:
        return
    await connection.execute(DELETE_MEMBERSHIPS, sorted({place.membership_id for place in places}))
    without_latest = sorted({place.collection_id for place in places if place.alias == LATEST})
    if without_latest:
        await connection.execute(MOVE_LATEST, without_latest, LATEST)


async def _held_places(connection: Connection, artifact_ids: Sequence[int], *collection_ids: int) -> list[PlaceRow]:
    """Where the artifacts are members. They, and then the collections, are held; nobody adds a place meanwhile."""
    await connection.rows(LOCK_ARTIFACTS, list(artifact_ids))
    places = await connection.rows(SELECT_PLACES, list(artifact_ids))
    await connection.rows(LOCK_COLLECTIONS, sorted({*collection_ids, *(place.collection_id for place in places)}))
    # Aliases may have moved while the collections were waited for.
    return await connection.rows(SELECT_PLACES, list(artifact_ids))


async def _delete(connection: Connection, artifact_ids: Sequence[int], places: Sequence[PlaceRow]) -> None:
    await take_out(connection, places)
    await connection.execute(DELETE_WANTED_LINKS, list(artifact_ids), None)
    await connection.execute(SET_DELETED, list(artifact_ids))
