"""Takes what a pending artifact brings: manifests, and which files are to be uploaded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from runfolio_server.actions.access import missing
from runfolio_server.actions.artifacts.argument_paths import CANONICAL, ArgumentPaths
from runfolio_server.actions.artifacts.found import checked_artifact, checked_written_artifact
from runfolio_server.domain.artifact_names import check_entry_path
from runfolio_server.domain.artifact_state import ArtifactState, ManifestType
from runfolio_server.domain.manifest import check_md5
from runfolio_server.domain.names import check_file_name
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, NotFound
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.manifests import SELECT_CURRENT_MANIFESTS
from runfolio_server.sql.artifacts.objects import EntityObjectRow
from runfolio_server.sql.artifacts.uploading import (
    COUNT_MANIFESTS,
    HOLD_ENTITY_OBJECTS,
    HOLD_PENDING_ARTIFACT,
    INSERT_PATCH,
    INSERT_UPLOADS,
    SELECT_PATCH,
    SELECT_WRITTEN_MANIFEST,
    UPDATE_MANIFEST,
    UPSERT_MANIFEST,
    ManifestIdRow,
)
from runfolio_server.sql.pool import Connection, Database

# Files of one call; the SDK asks for 2,000 at once.
FILES_MAX: Final = 10_000
# Artifacts whose files one call asks for; the SDK's are all of one.
ARTIFACTS_MAX: Final = 20
# Parts of one distributed artifact: the commit reads and joins them all.
MANIFESTS_MAX: Final = 10_000

_PART_OF_NAME: Final = re.compile(r"\.(?:incremental|patch)(?=\.json$)")


@dataclass(frozen=True, slots=True)
class NewManifest:
    """A list of files that a client uploads: `digest` is the MD5 of its file in base64, '' before that is known.

    `base_artifact_id` is what an incremental one adds to; None: to nothing.
    """

    name: str
    type: ManifestType
    digest: str
    base_artifact_id: int | None = None


@dataclass(frozen=True, slots=True)
class TakenManifest:
    """A manifest, its artifact, and its bytes where these are stored already; digest '': not told yet."""

    manifest_id: int
    artifact: ArtifactRow
    digest: str
    stored: EntityObjectRow | None


@dataclass(frozen=True, slots=True)
class AskedFile:
    """A file that a client may have to upload: `digest` is the MD5 of its bytes in base64."""

    artifact_id: int
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class TakenFile:
    """What was asked, its artifact, and its bytes where the entity has them already: then nothing is to be uploaded.

    `birth_artifact_id` is the artifact that first brought these bytes.
    """

    asked: AskedFile
    artifact: ArtifactRow
    stored: EntityObjectRow | None

    @property
    def birth_artifact_id(self) -> int:
        """The artifact that first brought, or now brings, these bytes."""
        return self.asked.artifact_id if self.stored is None else self.stored.birth_artifact_id


async def put_manifest(
    database: Database, viewer: Viewer, artifact_id: int, new: NewManifest, *, paths: ArgumentPaths = CANONICAL
) -> TakenManifest:
    """Take a manifest of a pending artifact, first without and then with its digest: it stays the same one.

    Each writer of a distributed artifact brings patches of its own: without a digest each call makes a further one, and
    those that never get one do not count. Of a committed artifact the manifest that it has comes back.
    Raises NotFound for an artifact to which the viewer may not log, or a base that they may not read; AppError for a
    digest that is none, a base of another entity, and for too many manifests.
    """
    check_file_name(new.name, paths.manifest_name)
    async with database.transaction() as connection:
        artifact = await _pending(
            connection, viewer, artifact_id, new.digest, path=paths.artifact, digest_path=paths.manifest_digest
        )
        base_id = await _checked_base(connection, viewer, artifact, new, paths)
        if artifact.state == ArtifactState.COMMITTED:
            return await _current(connection, artifact)
        if new.type is ManifestType.PATCH:
            found = await _put_patch(connection, artifact_id, new, base_id)
        else:
            found = await connection.row(UPSERT_MANIFEST, artifact_id, new.name, new.type.value, new.digest, base_id)
        return await _taken(connection, artifact, found)


async def update_manifest(
    database: Database,
    viewer: Viewer,
    manifest_id: int,
    digest: str,
    base_artifact_id: int | None = None,
    *,
    paths: ArgumentPaths = CANONICAL,
) -> TakenManifest:
    """Tell the digest of a manifest; '' and None leave what is there. Idempotent. Raises as put_manifest does."""
    async with database.transaction() as connection:
        known = await connection.row(SELECT_WRITTEN_MANIFEST, manifest_id, viewer)
        if known is None:
            raise missing("manifest of this id", Permission.LOG, paths.manifest)
        artifact = await _pending(
            connection, viewer, known.artifact_id, digest, path=paths.manifest, digest_path=paths.manifest_digest
        )
        if artifact.state == ArtifactState.COMMITTED:
            return await _current(connection, artifact)
        told = NewManifest("manifest", ManifestType.INCREMENTAL, digest, base_artifact_id)
        base_id = await _checked_base(connection, viewer, artifact, told, paths)
        return await _taken(connection, artifact, await connection.row(UPDATE_MANIFEST, manifest_id, digest, base_id))


async def ask_for_uploads(
    database: Database, viewer: Viewer, files: Sequence[AskedFile], *, paths: ArgumentPaths = CANONICAL
) -> list[TakenFile]:
    """Which of these files of pending artifacts are to be uploaded; one answer for each, in the order asked.

    The bytes, stored or to come, are kept for the artifact from now on. Idempotent.
    Raises NotFound for an artifact to which the viewer may not log, AppError for a name or digest that is none, for too
    many files, and for an artifact that is committed.
    """
    if len(files) > FILES_MAX:
        raise AppError(f"{len(files)} files at once; allowed: {FILES_MAX}", path=paths.files)
    by_artifact: dict[int, list[str]] = {}
    for number, file in enumerate(files):
        check_entry_path(file.name, f"{paths.files}[{number}].name")
        check_md5(file.digest, f"{paths.files}[{number}].md5")
        by_artifact.setdefault(file.artifact_id, []).append(file.digest)
    if len(by_artifact) > ARTIFACTS_MAX:
        raise AppError(f"Files of {len(by_artifact)} artifacts at once; allowed: {ARTIFACTS_MAX}", path=paths.files)
    artifacts: dict[int, ArtifactRow] = {}
    stored: dict[tuple[int, str], EntityObjectRow] = {}
    async with database.transaction() as connection:
        # In the order of their ids, as everybody takes them.
        for artifact_id, digests in sorted(by_artifact.items()):
            artifact = await _pending(
                connection, viewer, artifact_id, *digests, path=paths.file_artifact, digest_path=paths.files
            )
            if artifact.state != ArtifactState.PENDING:
                raise AppError(
                    "The artifact is committed already, and takes no further files.", path=paths.file_artifact
                )
            artifacts[artifact_id] = artifact
            held = await connection.rows(HOLD_ENTITY_OBJECTS, artifact.entity_id, sorted(set(digests)))
            stored.update(((artifact_id, row.digest), row) for row in held)
    return [TakenFile(file, artifacts[file.artifact_id], stored.get((file.artifact_id, file.digest))) for file in files]


def whole_manifest_name(name: str) -> str:
    """What the manifest is called that is joined from parts.

    >>> whole_manifest_name("manifest.patch.json")
    'manifest.json'
    """
    return _PART_OF_NAME.sub("", name)


async def _pending(
    connection: Connection, viewer: Viewer, artifact_id: int, *digests: str, path: str, digest_path: str
) -> ArtifactRow:
    """The artifact, held against its commit while it is pending; bytes of these digests are kept for it."""
    artifact = await checked_written_artifact(connection, viewer, Permission.LOG, artifact_id, path=path)
    held = await connection.row(HOLD_PENDING_ARTIFACT, artifact_id)
    if held is None:
        # It may have been committed, or deleted, since it was read.
        artifact = await checked_written_artifact(connection, viewer, Permission.LOG, artifact_id, path=path)
    if artifact.state == ArtifactState.DELETED:
        raise NotFound("The artifact is deleted; log it again.", path=path)
    told = sorted({digest for digest in digests if digest})
    for digest in told:
        check_md5(digest, digest_path)
    if held is not None and told:
        await connection.execute(INSERT_UPLOADS, artifact_id, artifact.entity_id, told)
    return artifact


async def _checked_base(
    connection: Connection, viewer: Viewer, artifact: ArtifactRow, new: NewManifest, paths: ArgumentPaths
) -> int | None:
    # Clients name the newest version beside a full manifest too, which needs none.
    if new.base_artifact_id is None or new.type is ManifestType.FULL:
        return None
    base = await checked_artifact(connection, viewer, Permission.READ, new.base_artifact_id, path=paths.base_artifact)
    if base.entity_id != artifact.entity_id:
        raise AppError(
            "The base artifact belongs to another entity; download it and log its files here.", path=paths.base_artifact
        )
    return base.artifact_id


async def _put_patch(
    connection: Connection, artifact_id: int, new: NewManifest, base_id: int | None
) -> ManifestIdRow | None:
    if new.digest:
        known = await connection.row(SELECT_PATCH, artifact_id, new.digest)
        if known is not None:
            return known
    counted = await connection.row(COUNT_MANIFESTS, artifact_id)
    if counted is not None and counted.count >= MANIFESTS_MAX:
        raise AppError(f"The artifact has {counted.count} manifests; allowed: {MANIFESTS_MAX}")
    return await connection.row(INSERT_PATCH, artifact_id, new.name, new.digest, base_id)


async def _taken(connection: Connection, artifact: ArtifactRow, found: ManifestIdRow | None) -> TakenManifest:
    if found is None:
        raise NotFound("The manifest has just been deleted; log the artifact again.")
    digests = [found.digest] if found.digest else []
    held = await connection.rows(HOLD_ENTITY_OBJECTS, artifact.entity_id, digests)
    return TakenManifest(found.manifest_id, artifact, found.digest, held[0] if held else None)


async def _current(connection: Connection, artifact: ArtifactRow) -> TakenManifest:
    (current,) = await connection.rows(SELECT_CURRENT_MANIFESTS, [artifact.artifact_id])
    held = await connection.rows(HOLD_ENTITY_OBJECTS, artifact.entity_id, [current.digest])
    return TakenManifest(current.manifest_id, artifact, current.digest, held[0] if held else None)
