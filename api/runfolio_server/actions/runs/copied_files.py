"""The files of a run that is copied: their bytes are stored once more, so that either run may be purged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import Owner, OwnerKind
from runfolio_server.domain.run_id import file_id_of
from runfolio_server.objects.store import ObjectStore
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.runs.copies import INSERT_COPIED_FILE, SELECT_FILES_TO_COPY, FileToCopyRow

PAGE: Final = 50


async def copy_files(
    database: Database,
    store: ObjectStore,
    source: UUID,
    target: UUID,
    keep: Callable[[Connection], Awaitable[None]],
) -> None:
    """Copy every file, one at a time; `keep` is called in each step's transaction.

    Raises NotFound when the bytes of one are gone: it was replaced or deleted. What was stored without a row is swept.
    """
    after, is_full = "", True
    while is_full:
        async with database.transaction() as connection:
            await keep(connection)
            files = await connection.rows(SELECT_FILES_TO_COPY, source, after, PAGE)
        for file in files:
            key = await _copied_bytes(store, target, file)
            async with database.transaction() as connection:
                await keep(connection)
                await connection.execute(
                    INSERT_COPIED_FILE,
                    target,
                    file.name,
                    file_id_of(target, file.name),
                    key,
                    file.size,
                    file.md5,
                    file.mimetype,
                    file.issued_at,
                    file.uploaded_at,
                )
        after = files[-1].name if files else ""
        is_full = len(files) == PAGE


async def _copied_bytes(store: ObjectStore, target: UUID, file: FileToCopyRow) -> str:
    """The key of the copy; the bytes are on disk."""
    key = str(ObjectKey.fresh(Owner(OwnerKind.RUN, target)))
    chunks = await store.get_range(file.object_key, 0, file.size)
    await store.put(key, chunks, file.size, expected_md5=file.md5)
    return key
