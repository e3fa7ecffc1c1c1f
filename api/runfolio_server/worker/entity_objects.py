"""The objects of entities: which are in use, and which digests nothing needs any more. Used by object_sweep.py."""

from __future__ import annotations

from runfolio_server.domain.owner import OwnerKind, entity_owner
from runfolio_server.objects.store import BATCH
from runfolio_server.sql.artifacts.objects import (
    DELETE_UNUSED_ENTITY_OBJECTS,
    HOLD_UNUSED_ENTITY_OBJECTS,
    SELECT_KNOWN_ENTITIES,
    SELECT_USED_ENTITY_OBJECTS,
)
from runfolio_server.sql.objects.unused_objects import INSERT_UNUSED_OBJECTS
from runfolio_server.sql.pool import Database
from runfolio_server.worker.owned_objects import OwnedObjects

# A client may be about to name in a manifest what it has just brought.
STORED_DAYS = 1


async def forget_unused_digests(database: Database) -> None:
    """Delete the rows of bytes that no entry, manifest or upload refers to, and list their objects as unused."""
    after, is_full = 0, True
    while is_full:
        async with database.transaction() as connection:
            held = [
                row.object_id for row in await connection.rows(HOLD_UNUSED_ENTITY_OBJECTS, STORED_DAYS, after, BATCH)
            ]
            forgotten = await connection.rows(DELETE_UNUSED_ENTITY_OBJECTS, held)
            await connection.execute(
                INSERT_UNUSED_OBJECTS,
                OwnerKind.ENTITY,
                [entity_owner(row.entity_id).id for row in forgotten],
                [row.object_key for row in forgotten],
                [row.size for row in forgotten],
            )
        is_full = len(held) == BATCH
        after = held[-1] if held else after


ENTITY_OBJECTS = OwnedObjects(
    OwnerKind.ENTITY, SELECT_KNOWN_ENTITIES, SELECT_USED_ENTITY_OBJECTS, forget_unused_digests
)
