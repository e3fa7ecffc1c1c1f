"""Changes what users tell of versions and collections: texts, tags, metadata, names, types, how long they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, Literal, TypeAlias

from runfolio_server.actions.artifacts.argument_paths import CANONICAL, ArgumentPaths
from runfolio_server.actions.artifacts.found import checked_collection, checked_written_artifact, held_artifact
from runfolio_server.actions.artifacts.making import checked_description
from runfolio_server.domain.artifact_metadata import check_metadata
from runfolio_server.domain.artifact_names import (
    changed_tags,
    check_collection_name,
    check_tags,
    check_type_name,
)
from runfolio_server.domain.artifact_state import ArtifactState
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.time_to_live import check_ttl
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import Conflict, NotFound
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.changing import UPDATE_ARTIFACT, UPDATE_COLLECTION
from runfolio_server.sql.artifacts.collections import SELECT_COLLECTION_BY_NAME, CollectionRow
from runfolio_server.sql.artifacts.making import LOCK_COLLECTIONS
from runfolio_server.sql.artifacts.types import INSERT_ARTIFACT_TYPE, SELECT_ARTIFACT_TYPE_BY_NAME
from runfolio_server.sql.pool import Connection, Database


class Unset(Enum):
    """Stands for what a change leaves as it is, where None means something."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
Given: TypeAlias = str | Literal[Unset.UNSET] | None
"""A text, None to have none, UNSET to leave what is there."""


async def update_artifact(
    database: Database,
    viewer: Viewer,
    artifact_id: int,
    *,
    description: Given = UNSET,
    metadata: Given = UNSET,
    added_tags: Sequence[str] = (),
    deleted_tags: Sequence[str] = (),
    ttl_seconds: int | Literal[Unset.UNSET] | None = UNSET,
    paths: ArgumentPaths = CANONICAL,
) -> ArtifactRow:
    """Change what is told of a version; metadata is JSON. `ttl_seconds` counts from its making; 0: kept always.

    Idempotent. Raises NotFound for one that the viewer may not change, AppError for a value that is not allowed.
    """
    added = check_tags(added_tags, paths.added_tags)
    described = None if description is UNSET else checked_description(description, paths.description)
    check_ttl(None if ttl_seconds is UNSET else ttl_seconds, paths.ttl)
    text, mapped = None, "{}"
    if isinstance(metadata, str):
        text, mapped = check_metadata(metadata, paths.metadata)
    async with database.transaction() as connection:
        before = await held_artifact(connection, viewer, Permission.EDIT, artifact_id, path=paths.artifact)
        if before.state == ArtifactState.DELETED:
            raise NotFound("The artifact is deleted.", path=paths.artifact)
        is_tagged = bool(added or deleted_tags)
        await connection.execute(
            UPDATE_ARTIFACT,
            before.artifact_id,
            description is not UNSET,
            described,
            metadata is not UNSET,
            text,
            mapped,
            changed_tags(before.tags, added, deleted_tags, paths.added_tags) if is_tagged else None,
            ttl_seconds is not UNSET,
            None if ttl_seconds is UNSET else ttl_seconds,
        )
        return await checked_written_artifact(
            connection, viewer, Permission.EDIT, before.artifact_id, path=paths.artifact
        )


async def update_collection(
    database: Database,
    viewer: Viewer,
    collection_id: int,
    *,
    name: str | None = None,
    description: Given = UNSET,
    type_name: str | None = None,
    added_tags: Sequence[str] = (),
    deleted_tags: Sequence[str] = (),
    paths: ArgumentPaths = CANONICAL,
) -> CollectionRow:
    """Rename a collection, describe it, tag it, or move it to another type, which is made where there is none.

    Name or type None leaves what is there. Its versions are of its type. Idempotent. Raises NotFound for one that the
    viewer may not change, AppError for a value that is not allowed, Conflict for a name that another one has.
    """
    if name is not None:
        check_collection_name(name, "input.name")
    if type_name is not None:
        check_type_name(type_name, paths.type_name)
    added = check_tags(added_tags, paths.tags)
    described = None if description is UNSET else checked_description(description, paths.description)
    async with database.transaction() as connection:
        await checked_collection(connection, viewer, Permission.EDIT, collection_id, path=paths.collection)
        await connection.rows(LOCK_COLLECTIONS, [collection_id])
        before = await checked_collection(connection, viewer, Permission.EDIT, collection_id, path=paths.collection)
        if name is not None and name != before.name:
            await _check_free(connection, before.project_id, name)
        is_tagged = bool(added or deleted_tags)
        await connection.execute(
            UPDATE_COLLECTION,
            collection_id,
            name,
            description is not UNSET,
            described,
            None if type_name is None else await _type_id(connection, before.project_id, type_name),
            changed_tags(before.tags, added, deleted_tags, paths.tags) if is_tagged else None,
        )
        return await checked_collection(connection, viewer, Permission.EDIT, collection_id, path=paths.collection)


async def _check_free(connection: Connection, project_id: int, name: str) -> None:
    """Of two that take one name at the same moment the second is told by a constraint of the database."""
    if await connection.row(SELECT_COLLECTION_BY_NAME, project_id, name) is not None:
        raise Conflict(f"The project has an artifact collection {name!r} already; choose another name.")


async def _type_id(connection: Connection, project_id: int, type_name: str) -> int:
    await connection.execute(INSERT_ARTIFACT_TYPE, project_id, type_name)
    (found,) = await connection.rows(SELECT_ARTIFACT_TYPE_BY_NAME, project_id, type_name)
    return found.type_id
