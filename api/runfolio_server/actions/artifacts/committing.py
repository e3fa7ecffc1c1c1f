"""Commits an artifact: its entries are written, and then, in one short transaction, it gets its version and aliases.

Two transactions, so that the collection is held only for the second. Each can be repeated, by whoever sends the commit
again: the first writes what nobody sees, and the second does nothing for what is committed.
NOTE: whoever holds artifacts and collections takes the artifacts first, and each kind in the order of ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from runfolio_server.actions.artifacts.argument_paths import CANONICAL, ArgumentPaths
from runfolio_server.actions.artifacts.content import Content, read_content, read_sources
from runfolio_server.actions.artifacts.found import checked_written_artifact
from runfolio_server.domain.artifact_names import LATEST, SHOWN_CHARACTERS
from runfolio_server.domain.artifact_state import ArtifactState, ManifestType
from runfolio_server.domain.manifest import Manifest
from runfolio_server.domain.owner import entity_owner
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, Conflict, NotFound
from runfolio_server.objects.store import ObjectStore
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.committing import (
    DELETE_ENTRIES,
    DELETE_OTHER_MANIFESTS,
    DELETE_UPLOADS,
    DELETE_WANTED_LINKS,
    INSERT_ENTRIES,
    INSERT_MEMBERSHIP,
    LOCK_ARTIFACTS,
    SELECT_CURRENT_OBJECT,
    SELECT_MEMBERSHIP_OF_ARTIFACT,
    SELECT_SAME_AS,
    SELECT_WANTED_LINKS,
    SET_COMMITTED,
    SET_CONTENT,
    SET_SAME_AS,
    TAKE_VERSION_INDEX,
    UPSERT_ALIASES,
    UploadedManifestRow,
)
from runfolio_server.sql.artifacts.making import LOCK_COLLECTIONS
from runfolio_server.sql.artifacts.memberships import MembershipRow
from runfolio_server.sql.artifacts.objects import STORE_ENTITY_OBJECT, EntityObjectRow
from runfolio_server.sql.artifacts.uploading import HOLD_ENTITY_OBJECTS, INSERT_UPLOADS, UPSERT_MANIFEST
from runfolio_server.sql.artifacts.uses import INSERT_USES_OF_SAME
from runfolio_server.sql.pool import Connection, Database

# How often it is begun anew because somebody else changed what was read.
ATTEMPTS_MAX: Final = 20
ROWS_AT_ONCE: Final = 10_000
SHOWN_PATHS: Final = 5


async def commit_artifact(
    database: Database, store: ObjectStore, viewer: Viewer, artifact_id: int, *, paths: ArgumentPaths = CANONICAL
) -> ArtifactRow:
    """Give the uploaded artifact the next version of its collection, its aliases, `latest` and the links it waits for.

    When the collection has got a version with the same content meanwhile, it becomes that one: its aliases, links and
    edges go there, its id leads there, and that comes back.
    Idempotent: a committed one comes back as it is. Raises NotFound for an artifact to which the viewer may not log,
    AppError when its manifest or a file has not been uploaded, or the manifest is none; then it stays pending.
    """
    for _ in range(ATTEMPTS_MAX):
        async with database.connection() as connection:
            artifact = await _unfinished(connection, viewer, artifact_id, paths.artifact)
            if artifact.state == ArtifactState.COMMITTED:
                return artifact
            sources = await read_sources(connection, artifact, paths.artifact)
        content = await read_content(store, artifact.entity_id, sources, paths.artifact)
        spare = await _write_entries(database, artifact, sources, content, paths.artifact)
        if spare is not None:
            await store.delete(spare)
        async with database.transaction() as connection:
            if await _give_version(connection, artifact_id, paths.artifact):
                return await checked_written_artifact(
                    connection, viewer, Permission.LOG, artifact_id, path=paths.artifact
                )
    raise Conflict("The artifact's manifests change again and again; commit it when all writers are done.")


async def place(
    connection: Connection, collection_id: int, artifact_id: int, user_id: int, aliases: Sequence[str]
) -> MembershipRow:
    """Make the artifact the next version of a collection that the caller holds; `latest` and the aliases move to it.

    An artifact that is there already keeps its place, and gets the aliases alone.
    """
    membership = await connection.row(SELECT_MEMBERSHIP_OF_ARTIFACT, collection_id, artifact_id)
    given = list(dict.fromkeys(aliases))
    if membership is None:
        (taken,) = await connection.rows(TAKE_VERSION_INDEX, collection_id)
        (membership,) = await connection.rows(
            INSERT_MEMBERSHIP, collection_id, artifact_id, taken.version_index, user_id
        )
        given = list(dict.fromkeys([*given, LATEST]))
    if given:
        await connection.execute(UPSERT_ALIASES, collection_id, membership.membership_id, given)
    return membership


async def _unfinished(connection: Connection, viewer: Viewer, artifact_id: int, path: str) -> ArtifactRow:
    artifact = await checked_written_artifact(connection, viewer, Permission.LOG, artifact_id, path=path)
    if artifact.state == ArtifactState.DELETED:
        raise NotFound("The artifact is deleted; log it again.", path=path)
    return artifact


async def _write_entries(
    database: Database, artifact: ArtifactRow, sources: Sequence[UploadedManifestRow], content: Content, path: str
) -> str | None:
    """Write what a commit gives a version to; the key of an object that is not needed, or None.

    Nothing is written when the artifact is not pending any more, or the manifests are others than were read.
    """
    made = content.made
    entity_id, artifact_id = artifact.entity_id, artifact.artifact_id
    async with database.transaction() as connection:
        (held,) = await connection.rows(LOCK_ARTIFACTS, [artifact_id])
        if held.state != ArtifactState.PENDING or await read_sources(connection, artifact, path) != list(sources):
            return None if made is None else made.object_key
        spare = None
        if made is None:
            manifest_id, manifest_digest = sources[0].manifest_id, sources[0].digest
        else:
            await connection.execute(INSERT_UPLOADS, artifact_id, entity_id, [made.digest])
            owner_id = entity_owner(entity_id).id
            stored = await connection.row(
                STORE_ENTITY_OBJECT, entity_id, owner_id, made.digest, made.object_key, made.size
            )
            if stored is None or stored.object_key != made.object_key:
                spare = made.object_key
            (row,) = await connection.rows(
                UPSERT_MANIFEST, artifact_id, made.name, ManifestType.FULL.value, made.digest, None
            )
            manifest_id, manifest_digest = row.manifest_id, made.digest
        objects = await _held_objects(connection, entity_id, content.manifest, manifest_digest, path)
        size = await _insert_entries(connection, artifact_id, content.manifest, objects)
        await connection.execute(
            SET_CONTENT,
            artifact_id,
            manifest_id,
            objects[manifest_digest].object_id,
            # Who brings all entries has told their digest; of parts nobody knows it before.
            artifact.digest if made is None else content.manifest.digest,
            size,
            len(content.manifest.entries),
        )
        return spare


async def _held_objects(
    connection: Connection, entity_id: int, manifest: Manifest, manifest_digest: str, path: str
) -> dict[str, EntityObjectRow]:
    """The stored bytes by digest, held against the sweep. Raises AppError when a file has not been uploaded."""
    digests = sorted({entry.digest for entry in manifest.entries.values() if entry.ref is None} | {manifest_digest})
    objects = {row.digest: row for row in await connection.rows(HOLD_ENTITY_OBJECTS, entity_id, digests)}
    missing = [path for path, entry in manifest.entries.items() if entry.ref is None and entry.digest not in objects]
    if missing:
        shown = ", ".join(repr(path[:SHOWN_CHARACTERS]) for path in missing[:SHOWN_PATHS])
        raise AppError(f"{len(missing)} files of the artifact have not been uploaded: {shown}", path=path)
    return objects


async def _insert_entries(
    connection: Connection, artifact_id: int, manifest: Manifest, objects: Mapping[str, EntityObjectRow]
) -> int:
    """Write the entries instead of those of an attempt before; the bytes of all of them, references included."""
    await connection.execute(DELETE_ENTRIES, [artifact_id])
    total = 0
    entries = list(manifest.entries.items())
    for first in range(0, len(entries), ROWS_AT_ONCE):
        part = entries[first : first + ROWS_AT_ONCE]
        # What is stored here has the size of its bytes, whatever its client wrote.
        found = [None if entry.ref is not None else objects[entry.digest] for _, entry in part]
        sizes = [entry.size if row is None else row.size for (_, entry), row in zip(part, found, strict=True)]
        total += sum(size or 0 for size in sizes)
        await connection.execute(
            INSERT_ENTRIES,
            artifact_id,
            [path for path, _ in part],
            [entry.digest for _, entry in part],
            sizes,
            [entry.ref for _, entry in part],
            [None if row is None else row.object_id for row in found],
        )
    return total


async def _give_version(connection: Connection, artifact_id: int, path: str) -> bool:
    """Commit what has been written; False when that is to be tried again. The caller's transaction is for this."""
    # The version with the same content is held before the collection is, and looked for again when that is held.
    same = await connection.row(SELECT_SAME_AS, artifact_id)
    taken = await connection.rows(LOCK_ARTIFACTS, [artifact_id] if same is None else [artifact_id, same.artifact_id])
    held = next(row for row in taken if row.artifact_id == artifact_id)
    if held.state != ArtifactState.PENDING:
        return held.state == ArtifactState.COMMITTED
    # A writer may have told another digest, or brought a further part, since the entries were written.
    current = await connection.row(SELECT_CURRENT_OBJECT, artifact_id)
    if current is None:
        return False
    links = await connection.rows(SELECT_WANTED_LINKS, artifact_id)
    wanted = [held.collection_id, *(link.collection_id for link in links)]
    collections = {row.collection_id: row for row in await connection.rows(LOCK_COLLECTIONS, wanted)}
    sequence = collections[held.collection_id]
    if sequence.is_deleted:
        raise NotFound("The artifact's collection has been deleted; log it again.", path=path)
    if await connection.row(SELECT_SAME_AS, artifact_id) != same:
        return False
    version_id = artifact_id if same is None else same.artifact_id
    membership = await place(connection, held.collection_id, version_id, held.created_by, held.wanted_aliases)
    for link in links:
        portfolio = collections[link.collection_id]
        if not portfolio.is_deleted:
            await place(connection, link.collection_id, version_id, link.created_by, link.aliases)
    await connection.execute(DELETE_WANTED_LINKS, [artifact_id], None)
    if same is not None:
        await connection.execute(INSERT_USES_OF_SAME, artifact_id, version_id)
        await connection.execute(SET_SAME_AS, artifact_id, version_id)
        return True
    await connection.execute(SET_COMMITTED, artifact_id, membership.version_index)
    await connection.execute(DELETE_OTHER_MANIFESTS, [artifact_id], held.manifest_id)
    await connection.execute(DELETE_UPLOADS, [artifact_id])
    return True
