"""What the owners of stored objects say of signed URLs: whether one still counts, and what becomes of its bytes.

A URL is signed for a day, and its owner may be gone before that. Called by endpoints/objects.py through app.py.
"""

from __future__ import annotations

from typing import assert_never

from runfolio_server.actions.artifacts.stored_bytes import check_awaited, has_readable_bytes, register_digest
from runfolio_server.actions.runs.files import RUN_IS_DELETED, has_readable_file, register_run_file
from runfolio_server.domain.owner import OwnerKind
from runfolio_server.errors import Forbidden
from runfolio_server.objects.signing import DownloadGrant, UploadGrant
from runfolio_server.objects.store import ObjectStore, StoredObject
from runfolio_server.sql.objects.run_objects import SELECT_RUN_THAT_TAKES_FILES
from runfolio_server.sql.pool import Database

NO_LONGER = "This download URL is for a file or artifact that was deleted or replaced since; ask for a new one."


async def check_upload(database: Database, grant: UploadGrant) -> None:
    """Look before the bytes come whether their owner would take them. Raises Forbidden."""
    owner = grant.object_key.owner
    match owner.kind:
        case OwnerKind.RUN:
            async with database.connection() as connection:
                if await connection.row(SELECT_RUN_THAT_TAKES_FILES, owner.id) is None:
                    raise Forbidden(RUN_IS_DELETED)
        case OwnerKind.ENTITY:
            await check_awaited(database, grant)
        case _:
            assert_never(owner.kind)


async def register_upload(database: Database, store: ObjectStore, grant: UploadGrant, stored: StoredObject) -> None:
    """Give the stored bytes to what the grant is for. Idempotent. Raises Forbidden when that does not take them."""
    owner = grant.object_key.owner
    match owner.kind:
        case OwnerKind.RUN:
            await register_run_file(database, store, grant, stored)
        case OwnerKind.ENTITY:
            await register_digest(database, store, grant, stored)
        case _:
            assert_never(owner.kind)


async def check_download(database: Database, grant: DownloadGrant) -> None:
    """Look whether the object is still what the URL was made for. Raises Forbidden."""
    owner = grant.object_key.owner
    match owner.kind:
        case OwnerKind.RUN:
            is_there = await has_readable_file(database, grant)
        case OwnerKind.ENTITY:
            is_there = await has_readable_bytes(database, grant)
        case _:
            assert_never(owner.kind)
    if not is_there:
        raise Forbidden(NO_LONGER)
