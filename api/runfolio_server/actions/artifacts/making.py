"""Announces artifacts: finds the one with the same content, or makes a pending one that its client then uploads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from runfolio_server.actions.access import check_member
from runfolio_server.actions.artifacts.argument_paths import CANONICAL, ArgumentPaths
from runfolio_server.actions.artifacts.found import checked_written_artifact
from runfolio_server.actions.projects.on_demand import find_project, make_project
from runfolio_server.domain import json_text
from runfolio_server.domain.artifact_metadata import check_metadata
from runfolio_server.domain.artifact_names import (
    SHOWN_CHARACTERS,
    check_aliases,
    check_client_id,
    check_collection_name,
    check_tags,
    check_type_name,
)
from runfolio_server.domain.artifact_state import ArtifactState, CollectionKind, UseDirection
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.time_to_live import check_ttl
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, NotFound
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.committing import SELECT_MEMBERSHIP_OF_ARTIFACT, UPSERT_ALIASES
from runfolio_server.sql.artifacts.making import (
    ADD_TO_DISTRIBUTED_ARTIFACT,
    INSERT_ARTIFACT,
    INSERT_CLIENT_ID,
    INSERT_COLLECTION,
    LOCK_COLLECTION_OF_NAME,
    SELECT_ARTIFACT_OF_CLIENT_ID,
    SELECT_DISTRIBUTED_ARTIFACT,
    SELECT_SAME_CONTENT,
    LockedCollectionRow,
)
from runfolio_server.sql.artifacts.types import INSERT_ARTIFACT_TYPE, SELECT_ARTIFACT_TYPE_BY_NAME
from runfolio_server.sql.artifacts.uses import INSERT_USE
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.projects.projects import ProjectRow

# An MD5 in hex has 32; another algorithm may have more.
DIGEST_MAX: Final = 128
# A text that people read; it is a value of a row that lists read.
DESCRIPTION_MAX: Final = 100_000
STEP_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class NewArtifact:
    """What a client announces. None: not told.

    `digest` is that of all entries. `ttl_seconds` 0: kept always. `run_id` is the run that logs it, to which the viewer
    may log. `is_deduplicated`: a version of the same content is taken instead, if there is one now or at the commit.
    """

    collection_name: str
    type_name: str
    digest: str
    aliases: Sequence[str] = ()
    tags: Sequence[str] = ()
    description: str | None = None
    metadata: str | None = None
    ttl_seconds: int | None = None
    run_id: UUID | None = None
    client_id: str | None = None
    sequence_client_id: str | None = None
    distributed_id: str | None = None
    history_step: int | None = None
    storage_region: str | None = None
    is_deduplicated: bool = True


async def artifact_project(
    database: Database, viewer: Viewer, entity_name: str | None, project_name: str | None
) -> ProjectRow:
    """The project to log an artifact to, made where there is none; empty names mean the viewer's and `uncategorized`.

    Raises NotFound for an entity to which the viewer may not log.
    """
    async with database.connection() as connection:
        found = await find_project(connection, viewer, entity_name, project_name)
        project = found or await make_project(connection, viewer, entity_name, project_name)
    check_member(viewer, Permission.LOG, project, "log artifacts")
    return project


async def create_artifact(
    database: Database,
    viewer: Viewer,
    project: ProjectRow,
    new: NewArtifact,
    regions: Sequence[str] = (),
    *,
    paths: ArgumentPaths = CANONICAL,
) -> ArtifactRow:
    """Announce an artifact in a project to which the viewer may log; its state says whether it is there already.

    Idempotent by client id: the same artifact comes back as long as it is not deleted. The newest version of the same
    content gets the aliases, and the run an edge to it. All writers of one distributed artifact get the same one.
    Raises AppError for what is not allowed: names, a region that is not among `regions`, a collection of another type.
    """
    # Bytes are stored once for an entity: whoever names a digest of its private projects would be told of them.
    check_member(viewer, Permission.LOG, project, "log artifacts")
    metadata, mapped = _checked(new, regions, paths)
    async with database.transaction() as connection:
        artifact = await _announced(connection, viewer, project, new, metadata, mapped, paths)
    if new.distributed_id is None or artifact.state != ArtifactState.PENDING:
        return artifact
    # Apart, because whoever holds a collection must not wait for an artifact: see committing.py.
    async with database.transaction() as connection:
        await connection.execute(
            ADD_TO_DISTRIBUTED_ARTIFACT,
            artifact.artifact_id,
            checked_description(new.description, paths.description),
            metadata,
            mapped,
            list(new.tags),
            list(new.aliases),
        )
        return await checked_written_artifact(
            connection, viewer, Permission.LOG, artifact.artifact_id, path=paths.client_id
        )


async def _announced(
    connection: Connection,
    viewer: Viewer,
    project: ProjectRow,
    new: NewArtifact,
    metadata: str | None,
    mapped: str,
    paths: ArgumentPaths,
) -> ArtifactRow:
    if new.client_id is not None:
        known = await connection.row(SELECT_ARTIFACT_OF_CLIENT_ID, project.project_id, new.client_id)
        if known is not None and known.artifact_id is not None:
            return await _told(connection, viewer, new, known.artifact_id, paths)
    collection = await held_collection(
        connection, viewer, project.project_id, new.collection_name, new.type_name, CollectionKind.SEQUENCE
    )
    artifact_id = await _found(connection, collection.collection_id, new)
    if artifact_id is None:
        (made,) = await connection.rows(
            INSERT_ARTIFACT,
            collection.collection_id,
            new.digest,
            checked_description(new.description, paths.description),
            metadata,
            mapped,
            list(dict.fromkeys(new.tags)),
            list(dict.fromkeys(new.aliases)),
            new.ttl_seconds,
            new.history_step,
            new.storage_region,
            new.distributed_id,
            viewer.user_id,
            new.run_id,
            new.is_deduplicated,
        )
        artifact_id = made.artifact_id
    for client_id, named in ((new.sequence_client_id, None), (new.client_id, artifact_id)):
        if client_id is not None:
            await connection.execute(INSERT_CLIENT_ID, project.project_id, client_id, collection.collection_id, named)
    return await _told(connection, viewer, new, artifact_id, paths)


async def held_collection(
    connection: Connection, viewer: Viewer, project_id: int, name: str, type_name: str, kind: CollectionKind
) -> LockedCollectionRow:
    """The collection of this name, held until the transaction ends; made with its type where there is none.

    Raises AppError when it has another type or is of the other kind.
    """
    collection = await connection.row(LOCK_COLLECTION_OF_NAME, project_id, name)
    if collection is None:
        await connection.execute(INSERT_ARTIFACT_TYPE, project_id, type_name)
        found = await connection.row(SELECT_ARTIFACT_TYPE_BY_NAME, project_id, type_name)
        if found is not None:
            await connection.execute(INSERT_COLLECTION, project_id, found.type_id, kind.value, name, viewer.user_id)
        collection = await connection.row(LOCK_COLLECTION_OF_NAME, project_id, name)
    if collection is None:
        raise NotFound(f"The artifact collection {name!r} has just been deleted; try again.")
    if collection.kind != kind:
        raise AppError(f"The artifact collection {name!r} is a {collection.kind}, and cannot be a {kind}.")
    if collection.type_name != type_name:
        raise AppError(
            f"The artifact collection {name!r} already exists with type {collection.type_name!r}; "
            f"it cannot have an artifact of type {type_name!r}."
        )
    return collection


def _checked(new: NewArtifact, regions: Sequence[str], paths: ArgumentPaths) -> tuple[str | None, str]:
    """The metadata as text and for filters. Raises AppError for anything of the artifact that is not allowed."""
    check_collection_name(new.collection_name, paths.collection_name)
    check_type_name(new.type_name, paths.type_name)
    check_aliases(new.aliases, paths.aliases)
    check_tags(new.tags, paths.tags)
    for client_id, path in (
        (new.client_id, paths.client_id),
        (new.sequence_client_id, paths.sequence_client_id),
        (new.distributed_id, paths.distributed_id),
        (new.digest, paths.digest),
    ):
        if client_id is not None:
            check_client_id(client_id, path)
    if len(new.digest) > DIGEST_MAX:
        raise AppError(f"digest has {len(new.digest)} characters; allowed: {DIGEST_MAX}", path=paths.digest)
    check_ttl(new.ttl_seconds, paths.ttl)
    checked_description(new.description, paths.description)
    if new.history_step is not None and not 0 <= new.history_step <= STEP_MAX:
        raise AppError(f"historyStep is {new.history_step}; allowed: 0 or more", path=paths.history_step)
    if new.storage_region is not None and new.storage_region not in regions:
        raise AppError(
            f"storageRegion {new.storage_region[:SHOWN_CHARACTERS]!r} is unknown; "
            f"allowed: {', '.join(regions) or 'none but the default'}",
            path=paths.storage_region,
            allowed=tuple(regions),
        )
    return check_metadata(new.metadata, paths.metadata) if new.metadata is not None else (None, "{}")


def checked_description(description: str | None, path: str) -> str | None:
    """A description of a version or a collection as it is stored. Raises AppError when it is too long."""
    if description is None:
        return None
    if len(description) > DESCRIPTION_MAX:
        raise AppError(f"description has {len(description)} characters; allowed: {DESCRIPTION_MAX}", path=path)
    return json_text.storable_text(description)


async def _found(connection: Connection, collection_id: int, new: NewArtifact) -> int | None:
    """The artifact that this one is, by its content or as a part of a distributed one; None: it is a new one."""
    if new.distributed_id is not None:
        whole = await connection.row(SELECT_DISTRIBUTED_ARTIFACT, collection_id, new.distributed_id)
        return None if whole is None else whole.artifact_id
    same = await connection.row(SELECT_SAME_CONTENT, collection_id, new.digest) if new.is_deduplicated else None
    if same is None:
        return None
    membership = await connection.row(SELECT_MEMBERSHIP_OF_ARTIFACT, collection_id, same.artifact_id)
    if membership is not None and new.aliases:
        aliases = list(dict.fromkeys(new.aliases))
        await connection.execute(UPSERT_ALIASES, collection_id, membership.membership_id, aliases)
    return same.artifact_id


async def _told(
    connection: Connection, viewer: Viewer, new: NewArtifact, artifact_id: int, paths: ArgumentPaths
) -> ArtifactRow:
    """The artifact; the run has an edge to it, which readers see from its commit on."""
    if new.run_id is not None:
        await connection.execute(INSERT_USE, new.run_id, artifact_id, UseDirection.OUTPUT.value, None)
    return await checked_written_artifact(connection, viewer, Permission.LOG, artifact_id, path=paths.client_id)
