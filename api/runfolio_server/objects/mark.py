"""Whose a store is: each database leaves its mark there. Called by app.py, which marks, and by the worker, which looks.

What no row refers to may be deleted only where all rows are known: a worker that is given another server's store must
not empty it.
"""

from __future__ import annotations

import hashlib

from runfolio_server.errors import Conflict
from runfolio_server.objects.store import ObjectStore, no_bytes

# Name of the secret in the database that its mark is made of, not the secret.
STORE_SECRET = "object store"  # noqa: S105
PREFIX = "database"


async def mark_store(store: ObjectStore, secret: bytes) -> None:
    """Leave the mark of the database that has this secret. Idempotent."""
    key = _mark(secret)
    if await store.size(key) is None:
        await store.put(key, no_bytes(), max_bytes=0)


async def has_mark(store: ObjectStore, secret: bytes) -> bool:
    """Whether the store is this database's; False for one that no server has used yet.

    Raises Conflict when another database uses it.
    """
    marks = {found.key async for page in store.pages(PREFIX) for found in page}
    if marks - {_mark(secret)}:
        raise Conflict("The files in this store belong to another database, or to several.")
    return bool(marks)


def _mark(secret: bytes) -> str:
    return f"{PREFIX}/{hashlib.sha256(secret).hexdigest()[:32]}"
