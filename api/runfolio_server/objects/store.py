"""Bytes outside the database, by key: put, read, listed and deleted, in a directory or a cloud's store alike.

Opened by open_store.py; used by endpoints/objects.py, the worker, and actions that delete files.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import obstore
import obstore.store
from obstore.exceptions import BaseError, PreconditionError
from obstore.store import AzureStore, GCSStore, S3Store

from runfolio_server.errors import AppError, NoRoom, NotFound, TooLarge, Unavailable
from runfolio_server.objects.directory import DurableDirectory, ListedObject, delete_unfinished, list_objects
from runfolio_server.seldom import Seldom

SELDOM = Seldom(logging.getLogger(__name__))

LOCAL_PART_BYTES = 1024 * 1024
# S3 takes at most 10,000 parts of at least 5 MiB: this allows objects of 78 GiB.
CLOUD_PART_BYTES = 8 * 1024 * 1024
PARTS_IN_FLIGHT = 2
READ_BYTES = 256 * 1024
BATCH = 1000
"""What S3 lists and deletes in one request."""
# Whoever follows a URL that the store signed gets bytes that no browser shows: a name, a type and a sandbox are told by
# the API alone.
CLOUD_ATTRIBUTES = {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"}
SIGNED_FOR_S = 60
"""How long the store's own URL works: as long as a redirect takes to be followed."""

# obstore tells the reason in its text only: no space left, and a quota that is used up.
NO_ROOM = tuple(f"(os error {number})" for number in (errno.ENOSPC, errno.EDQUOT))

_KEY = re.compile(r"[a-z0-9-]+(?:/[a-z0-9-]+)*")
KEY_LENGTH_MAX = 512


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What was written: its size in bytes and its MD5 in base64, as HTTP and artifacts spell it."""

    size: int
    md5_base64: str


@dataclass(frozen=True, slots=True)
class ObjectDescription:
    """What is there: its size in bytes and a tag that changes with the bytes (None where the store has none)."""

    size: int
    e_tag: str | None


class ObjectStore:
    """Objects by key. A reader sees the old or the new object, never a half; an aborted write leaves nothing to see.

    Keys are made of our own ids (see domain/object_key.py), never of a user's text: one of other signs than lower-case
    letters, digits and hyphens, between slashes, is a ValueError. In a directory a key is a path, so no key may be the
    start (`a`) of another (`a/b`).
    Every method raises Unavailable when the store is away or full.
    """

    def __init__(self, store: obstore.store.ObjectStore, directory: Path | None = None) -> None:
        self._store = store
        # Where the bytes lie, for a store that is a directory: obstore does not flush files to disk, we do.
        self._directory = None if directory is None else DurableDirectory(directory)
        self._part_bytes = LOCAL_PART_BYTES if directory is not None else CLOUD_PART_BYTES
        self._signing = store if isinstance(store, S3Store | GCSStore | AzureStore) else None
        self._attributes = None if self._signing is None else CLOUD_ATTRIBUTES

    async def put(
        self, key: str, chunks: AsyncIterator[bytes], max_bytes: int, *, expected_md5: str | None = None
    ) -> StoredObject:
        """Store all chunks under the key, replacing what was there; on disk when this returns.

        Memory is bounded by a few parts, whatever the object's size. Of two at once under one key the last one to end
        stays, whole: whoever keeps what this returns beside the bytes uses a fresh key. Raises TooLarge past
        `max_bytes` and AppError when the MD5 (base64) is not the expected one; these and whatever `chunks` raises leave
        the key as it was.
        """
        _require_key(key)
        size = 0
        digest = hashlib.md5(usedforsecurity=False)
        with _unavailable_when_away("write"):
            # Leaving the block by an exception, or by cancellation, aborts the upload.
            async with obstore.open_writer_async(
                self._store,
                key,
                buffer_size=self._part_bytes,
                max_concurrency=PARTS_IN_FLIGHT,
                attributes=self._attributes,
            ) as writer:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > max_bytes:
                        raise TooLarge(f"The file has more than {max_bytes} bytes; allowed: at most {max_bytes}.")
                    digest.update(chunk)
                    await writer.write(chunk)
                md5 = base64.b64encode(digest.digest()).decode("ascii")
                if expected_md5 is not None and md5 != expected_md5:
                    raise AppError(f"The received bytes have MD5 {md5}, but Content-MD5 says {expected_md5}.")
            if self._directory is not None:
                await asyncio.to_thread(self._directory.flush, key)
        return StoredObject(size=size, md5_base64=md5)

    async def describe(self, key: str) -> ObjectDescription | None:
        """The object's size and tag; None when there is none."""
        _require_key(key)
        with _unavailable_when_away("read"):
            try:
                found = await obstore.head_async(self._store, key)
            except FileNotFoundError:
                return None
        return ObjectDescription(size=found["size"], e_tag=found["e_tag"])

    async def size(self, key: str) -> int | None:
        """The object's size in bytes; None when there is none."""
        found = await self.describe(key)
        return None if found is None else found.size

    async def get_range(self, key: str, start: int, end: int, *, e_tag: str | None = None) -> AsyncIterator[bytes]:
        """Open bytes `start` (inclusive) to `end` (exclusive), to be read in pieces of some 256 KiB.

        Raises NotFound when there is no object, and Unavailable when its tag is no longer `e_tag`: both before the
        first byte, so that a response can still say so.
        """
        _require_key(key)
        if start >= end:
            return no_bytes()
        options: obstore.GetOptions = {"range": (start, end)}
        if e_tag is not None:
            options["if_match"] = e_tag
        with _unavailable_when_away("read"):
            try:
                opened = await obstore.get_async(self._store, key, options=options)
            except FileNotFoundError:
                raise NotFound("The file's bytes are gone.") from None
            except PreconditionError:
                raise Unavailable("The file was replaced while it was being opened; ask again.") from None
        return _read(opened)

    async def signed_url(self, key: str) -> str | None:
        """Where whoever follows it within SIGNED_FOR_S gets the object from the store itself.

        None where the store signs no URLs, or cannot now: not every credential of a cloud lets one sign.
        """
        _require_key(key)
        if self._signing is None:
            return None
        try:
            return await obstore.sign_async(self._signing, "GET", key, timedelta(seconds=SIGNED_FOR_S))
        except (BaseError, OSError) as error:
            SELDOM.warning("the store signs no URL: %s", first_line(error))
            return None

    async def delete(self, *keys: str) -> None:
        """Remove the objects, at most BATCH of them; nothing happens for those that are not there."""
        for key in keys:
            _require_key(key)
        await self._delete(keys)

    async def pages(
        self, prefix: str, after: str | None = None, size: int = BATCH
    ) -> AsyncIterator[list[ListedObject]]:
        """The objects whose keys start with `prefix` and a slash, `size` at a time, in an order of their keys.

        A later call goes on behind the key `after`. An object that is written or removed meanwhile may be in it or not.
        """
        _require_key(prefix)
        with _unavailable_when_away("list"):
            if self._directory is not None:
                listed = list_objects(self._directory.root, prefix, after)
                while page := await asyncio.to_thread(lambda: list(islice(listed, size))):
                    yield page
                return
            async for found in obstore.list(self._store, prefix, offset=after, chunk_size=size):
                yield [ListedObject(entry["path"], entry["size"], entry["last_modified"]) for entry in found]

    async def delete_unfinished(self, prefix: str, before: datetime) -> int:
        """Remove what broken-off uploads left under `prefix` and a slash, if untouched since then; how many files.

        In a directory only. A bucket has a rule for unfinished multipart uploads, which is its owner's to set.
        """
        _require_key(prefix)
        if self._directory is None:
            return 0
        with _unavailable_when_away("delete"):
            return await asyncio.to_thread(delete_unfinished, self._directory.root, prefix, before)

    async def _delete(self, keys: Sequence[str]) -> None:
        with _unavailable_when_away("delete"):
            try:
                await obstore.delete_async(self._store, list(keys))
            except FileNotFoundError:
                if len(keys) == 1:
                    return
                # Someone else deletes the same objects; a batch stops at the first that is missing.
                for key in keys:
                    await self._delete([key])


async def _read(opened: obstore.GetResult) -> AsyncIterator[bytes]:
    with _unavailable_when_away("read"):
        async for chunk in opened.stream(min_chunk_size=READ_BYTES):
            yield chunk


async def no_bytes() -> AsyncIterator[bytes]:
    """The stream of an empty object."""
    return
    yield b""


@contextmanager
def _unavailable_when_away(doing: str) -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        # The caller is not told the reason: it may hold a directory, a bucket or an account.
        SELDOM.warning(f"cannot {doing} objects: %s", first_line(error))
        if any(reason in str(error) for reason in NO_ROOM):
            raise NoRoom("The store for files has no room left; what is stored can be read.") from error
        raise Unavailable(f"The store for files cannot {doing} now; try again.") from error


def _require_key(key: str) -> None:
    if len(key) > KEY_LENGTH_MAX or not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is not an object key; allowed: a-z, 0-9 and hyphens, between slashes")


def first_line(error: Exception) -> str:
    """What a library says was wrong, without its further lines."""
    return str(error).strip().partition("\n")[0]
