"""Gives aliases to versions, and takes them away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runfolio_server.actions.access import missing
from runfolio_server.actions.artifacts.argument_paths import CANONICAL, ArgumentPaths
from runfolio_server.actions.artifacts.found import checked_artifact, checked_collection
from runfolio_server.domain.artifact_names import check_aliases
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.sql.artifacts.changing import DELETE_ALIASES
from runfolio_server.sql.artifacts.committing import SELECT_MEMBERSHIP_OF_ARTIFACT, UPSERT_ALIASES
from runfolio_server.sql.artifacts.making import LOCK_COLLECTIONS
from runfolio_server.sql.pool import Connection, Database


async def add_aliases(
    database: Database,
    viewer: Viewer,
    artifact_id: int,
    aliases: Mapping[int, Sequence[str]],
    *,
    paths: ArgumentPaths = CANONICAL,
) -> None:
    """Give the artifact these aliases, by the id of the collection where it has each: others lose them there.

    Idempotent; all or nothing. Raises NotFound for an artifact that the viewer may not see, a collection that they may
    not change, and one where the artifact is not; AppError for an alias that is not allowed.
    """
    async with database.transaction() as connection:
        found_id = await _readable_id(connection, viewer, artifact_id, paths)
        for collection_id, given in await _held(connection, viewer, aliases, paths.added_aliases):
            membership = await connection.row(SELECT_MEMBERSHIP_OF_ARTIFACT, collection_id, found_id)
            if membership is None:
                raise missing("version of this artifact in the collection", Permission.EDIT, paths.added_aliases)
            await connection.execute(UPSERT_ALIASES, collection_id, membership.membership_id, given)


async def delete_aliases(
    database: Database,
    viewer: Viewer,
    artifact_id: int,
    aliases: Mapping[int, Sequence[str]],
    *,
    paths: ArgumentPaths = CANONICAL,
) -> None:
    """Take these aliases from the artifact, by the id of the collection; those of other versions stay.

    Idempotent; all or nothing. Raises as add_aliases does, but not for a collection where the artifact is not.
    """
    async with database.transaction() as connection:
        found_id = await _readable_id(connection, viewer, artifact_id, paths)
        for collection_id, taken in await _held(connection, viewer, aliases, paths.removed_aliases):
            await connection.execute(DELETE_ALIASES, collection_id, found_id, taken)


async def _readable_id(connection: Connection, viewer: Viewer, artifact_id: int, paths: ArgumentPaths) -> int:
    artifact = await checked_artifact(connection, viewer, Permission.READ, artifact_id, path=paths.artifact)
    return artifact.artifact_id


async def _held(
    connection: Connection, viewer: Viewer, aliases: Mapping[int, Sequence[str]], path: str
) -> list[tuple[int, list[str]]]:
    """The aliases of each collection, all of which are held, in the order of their ids."""
    checked = [(key, check_aliases(given, path)) for key, given in sorted(aliases.items())]
    for collection_id, _ in checked:
        await checked_collection(connection, viewer, Permission.EDIT, collection_id, path=path)
    await connection.rows(LOCK_COLLECTIONS, [collection_id for collection_id, _ in checked])
    return checked
