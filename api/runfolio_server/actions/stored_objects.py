"""What the owners of stored objects say of signed URLs: whether one still counts, and what becomes of its bytes.

A URL is signed for a day; before that its owner may be gone, or whoever got it may have lost what they might do.
Called by endpoints/objects.py through app.py.
"""

from __future__ import annotations

from typing import assert_never

from runfolio_server.actions.artifacts.stored_bytes import check_awaited, has_readable_bytes, register_digest
from runfolio_server.actions.runs.files import RUN_IS_DELETED, has_readable_file, register_run_file
from runfolio_server.domain.owner import OwnerKind
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import Forbidden
from runfolio_server.objects.signing import DownloadGrant, UploadGrant
from runfolio_server.objects.store import ObjectStore, StoredObject
from runfolio_server.sql.objects.run_objects import SELECT_RUN_THAT_TAKES_FILES
from runfolio_server.sql.pool import Database

NO_LONGER = (
    "This download URL is for a file or artifact that was deleted or replaced since, or that you may not read any "
    "more; ask for a new one."
)
KEY_IS_GONE = "The API key for which this URL was made is not valid any more; ask for a new URL with another one."


async def check_upload(database: Database, viewer: Viewer | None, grant: UploadGrant) -> None:
    """Look before the bytes come whether their owner would take them from the viewer. Raises Forbidden.

    None: the API key of whoever got the URL is not valid any more.
    """
    if viewer is None:
        raise Forbidden(KEY_IS_GONE)
    owner = grant.object_key.owner
    match owner.kind:
        case OwnerKind.RUN:
            async with database.connection() as connection:
                if await connection.row(SELECT_RUN_THAT_TAKES_FILES, owner.id, viewer) is None:
                    raise Forbidden(RUN_IS_DELETED)
        case OwnerKind.ENTITY:
            await check_awaited(database, viewer, grant)
        case _:
            assert_never(owner.kind)


async def register_upload(
    database: Database, store: ObjectStore, viewer: Viewer | None, grant: UploadGrant, stored: StoredObject
) -> None:
    """Give the stored bytes to what the grant is for. Idempotent. Raises Forbidden when that does not take them."""
    # Bytes may come for hours: whoever brings them may have lost the right to meanwhile.
    await check_upload(database, viewer, grant)
    owner = grant.object_key.owner
    match owner.kind:
        case OwnerKind.RUN:
            await register_run_file(database, store, grant, stored)
        case OwnerKind.ENTITY:
            await register_digest(database, store, grant, stored)
        case _:
            assert_never(owner.kind)


async def check_download(database: Database, viewer: Viewer | None, grant: DownloadGrant) -> None:
    """Look whether the object is still what the URL was made for, and the viewer may read it. Raises Forbidden.

    None: the API key of whoever got the URL is not valid any more.
    """
    if viewer is None:
        raise Forbidden(KEY_IS_GONE)
    owner = grant.object_key.owner
    match owner.kind:
        case OwnerKind.RUN:
            is_there = await has_readable_file(database, viewer, grant)
        case OwnerKind.ENTITY:
            is_there = await has_readable_bytes(database, viewer, grant)
        case _:
            assert_never(owner.kind)
    if not is_there:
        raise Forbidden(NO_LONGER)
