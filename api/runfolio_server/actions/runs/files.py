"""Files of runs: allow uploads, and list what has arrived."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never
from uuid import UUID

from runfolio_server.actions.access import checked_run_of_name
from runfolio_server.domain.names import check_file_name
from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import Owner, OwnerKind
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, Forbidden
from runfolio_server.objects.signing import UploadGrant
from runfolio_server.objects.store import ObjectStore, StoredObject
from runfolio_server.sql.objects.files import STORE_RUN_FILE
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.runs import RunRow

FILES_MAX = 10_000


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
        return AskedUpload(name, UploadGrant(ObjectKey.fresh(owner), listed, issued_at), None)

    return AskedUploads(run, [asked(index, name) for index, name in enumerate(names)])


async def register_upload(database: Database, store: ObjectStore, grant: UploadGrant, stored: StoredObject) -> None:
    """Give the stored bytes to what the grant is for. Idempotent.

    Raises Forbidden when the bytes lay without a row so long that they are being deleted as a leftover.
    """
    owner = grant.object_key.owner
    match owner.kind:
        case OwnerKind.RUN:
            await _register_run_file(database, store, owner.id, grant, stored)
        case _:
            assert_never(owner.kind)


async def _register_run_file(
    database: Database, store: ObjectStore, run_id: UUID, grant: UploadGrant, stored: StoredObject
) -> None:
    """List a file of a run; of two uploads of one name the one allowed later wins."""
    object_key = str(grant.object_key)
    async with database.connection() as connection:
        replaced = await connection.row(
            STORE_RUN_FILE,
            run_id,
            grant.file_name,
            object_key,
            stored.size,
            stored.md5_base64,
            mimetypes.guess_type(grant.file_name)[0],
            grant.issued_at,
        )
    if replaced is None:
        return
    if replaced.is_swept:
        raise Forbidden("This upload URL has expired; ask for a new one.")
    obsolete = replaced.old_object_key if replaced.is_stored else object_key
    if obsolete is not None and not (replaced.is_stored and obsolete == object_key):
        # A crash before this line leaves an object that nothing leads to; the worker sweeps it up.
        await store.delete(obsolete)
