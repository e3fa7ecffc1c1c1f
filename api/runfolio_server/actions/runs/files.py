"""Files of runs: allow uploads, list what has arrived, delete."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from runfolio_server.actions.access import checked_run, checked_run_of_name
from runfolio_server.domain.hidden import is_hidden_file, sight_of
from runfolio_server.domain.names import asked_file_name, check_file_name
from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import Owner, OwnerKind
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.run_id import file_id_of
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, Forbidden
from runfolio_server.objects.signing import DownloadGrant, UploadGrant
from runfolio_server.objects.store import ObjectStore, StoredObject
from runfolio_server.sql.objects.files import COUNT_RUN_FILES, DELETE_RUN_FILES, STORE_RUN_FILE
from runfolio_server.sql.objects.run_objects import SELECT_READABLE_RUN_OBJECT
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.runs import RunRow

FILES_MAX = 10_000
DELETED_MAX = 1000
"""Each file may be of another run, which is looked up and locked by a statement of its own."""
RUN_IS_DELETED = (
    "This URL is for a file of a run that was deleted, or whose project was, or to which you may not log any more."
)


@dataclass(frozen=True, slots=True)
class AskedUpload:
    """A file by the name that was asked for: the grant, which has the name that it is listed by, or why there is none.

    Exactly one of them is not None.
    """

    name: str
    grant: UploadGrant | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class AskedUploads:
    """A run, and what becomes of each file in the order asked."""

    run: RunRow
    files: list[AskedUpload]


async def allow_uploads(
    database: Database, viewer: Viewer, entity_name: str, project_name: str, run_name: str, names: Sequence[str]
) -> AskedUploads:
    """Allow each named file of the run to be uploaded, but for those whose name no file may have.

    Nothing is stored before the bytes arrive. Raises NotFound when there is no such run to which the viewer may log,
    AppError for too many names.
    """
    if len(names) > FILES_MAX:
        raise AppError(f"{len(names)} files at once; allowed: {FILES_MAX}", path="input.files")
    async with database.connection() as connection:
        run = await checked_run_of_name(connection, viewer, Permission.LOG, entity_name, project_name, run_name)
    issued_at = datetime.now(UTC)
    owner = Owner(OwnerKind.RUN, run.run_id)

    def asked(index: int, name: str) -> AskedUpload:
        try:
            listed = check_file_name(name, f"input.files[{index}]")
        except AppError as refused:
            return AskedUpload(name, None, str(refused))
        return AskedUpload(name, UploadGrant(ObjectKey.fresh(owner), listed, issued_at, key_id=viewer.key_id), None)

    return AskedUploads(run, [asked(index, name) for index, name in enumerate(names)])


async def have_arrived(
    database: Database, viewer: Viewer, entity_name: str, project_name: str, run_name: str, names: Sequence[str]
) -> bool:
    """Whether the run has files of all these names. Nothing is changed: a file is listed by its upload.

    Raises NotFound when there is no such run to which the viewer may log, AppError for too many names.
    """
    if len(names) > FILES_MAX:
        raise AppError(f"{len(names)} files at once; allowed: {FILES_MAX}", path="input.files")
    listed = {asked_file_name(name) for name in names}
    async with database.connection() as connection:
        run = await checked_run_of_name(connection, viewer, Permission.LOG, entity_name, project_name, run_name)
        row = await connection.row(COUNT_RUN_FILES, run.run_id, list(listed), None, None, [])
    return row is not None and row.count == len(listed)


async def delete_files(
    database: Database, store: ObjectStore, viewer: Viewer, files: Sequence[tuple[UUID, UUID]]
) -> int:
    """Delete files, each given by its run's id and its own; how many there were. All or none. Idempotent.

    The bytes go at once; an upload that was allowed before may still bring new ones. Raises NotFound when one of the
    runs is not there or the viewer may not delete from it, AppError for too many files.
    """
    if len(files) > DELETED_MAX:
        raise AppError(f"{len(files)} files at once; allowed: {DELETED_MAX}", path="input.files")
    ids_by_run: dict[UUID, list[UUID]] = {}
    for run_id, file_id in files:
        ids_by_run.setdefault(run_id, []).append(file_id)
    keys: list[str] = []
    async with database.transaction() as connection:
        # In one order, so that two who delete files of the same runs do not wait for each other.
        for run_id in sorted(ids_by_run):
            await checked_run(connection, viewer, Permission.DELETE, run_id, path="input.files")
            deleted = await connection.rows(DELETE_RUN_FILES, run_id, sorted(ids_by_run[run_id]))
            keys += [row.object_key for row in deleted]
    # A crash before this line leaves objects that nothing leads to; the worker sweeps them up.
    await store.delete(*keys)
    return len(keys)


async def register_run_file(database: Database, store: ObjectStore, grant: UploadGrant, stored: StoredObject) -> None:
    """List a file of a run; of two uploads of one name the one allowed later wins. Idempotent.

    Raises Forbidden when the run was deleted, or the bytes lay without a row so long that they are being deleted as a
    leftover.
    """
    object_key = str(grant.object_key)
    async with database.connection() as connection:
        replaced = await connection.row(
            STORE_RUN_FILE,
            grant.object_key.owner.id,
            grant.file_name,
            file_id_of(grant.object_key.owner.id, grant.file_name),
            object_key,
            stored.size,
            stored.md5_base64,
            mimetypes.guess_type(grant.file_name)[0],
            grant.issued_at,
        )
    if replaced is None:
        return
    if replaced.is_deleted:
        raise Forbidden(RUN_IS_DELETED)
    if replaced.is_swept:
        raise Forbidden("This upload URL has expired; ask for a new one.")
    obsolete = replaced.old_object_key if replaced.is_stored else object_key
    if obsolete is not None and not (replaced.is_stored and obsolete == object_key):
        # A crash before this line leaves an object that nothing leads to; the worker sweeps it up.
        await store.delete(obsolete)


async def has_readable_file(database: Database, viewer: Viewer, grant: DownloadGrant) -> bool:
    """Whether the viewer may read the run, and it has these bytes under this name, as a file or of its history.

    Whoever is a member no longer reads a public run without the files that are hidden from others.
    """
    async with database.connection() as connection:
        found = await connection.row(
            SELECT_READABLE_RUN_OBJECT, grant.object_key.owner.id, grant.file_name, str(grant.object_key), viewer
        )
    if found is None:
        return False
    sight = sight_of(viewer, found.entity_id, found.visibility)
    return not (found.is_file and is_hidden_file(grant.file_name)) or sight.of_run(found.created_by)
