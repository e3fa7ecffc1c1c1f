"""A directory of objects: flushes them to disk, lists them in order of key, and removes what broken-off uploads left.

Used by store.py.

obstore lists a directory in no order, so that a list could not go on where an earlier one ended, and never shows the
unfinished files. Everything here blocks.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from runfolio_server.durable import sync_to_disk

# obstore writes `key#1` and renames it when it is whole.
_UNFINISHED = re.compile(r"[a-z0-9-]+#[0-9]+")


SETTLED_NS = 2 * 10**9


@dataclass(frozen=True, slots=True)
class ListedObject:
    """An object in a list: its size in bytes, and when it was written (S3: when its upload began)."""

    key: str
    size: int
    written_at: datetime


class DurableDirectory:
    """Flushes what was written below `root`, and not again the directories above it that have not changed since.

    A small object would else wait longest for these: a flush is milliseconds on a busy disk.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._flushed: dict[Path, tuple[int, int]] = {}

    def flush(self, key: str) -> None:
        """Wait until the object that was just written under this key survives a power loss."""
        path = self.root / key
        sync_to_disk(path)
        # Each directory above it, because any of them may be new.
        while path != self.root:
            path = path.parent
            self._flush_directory(path)

    def _flush_directory(self, directory: Path) -> None:
        # Looked at before it is flushed: what is made in it later changes its time.
        found = directory.stat()
        state = (found.st_ino, found.st_mtime_ns)
        if self._flushed.get(directory) == state:
            return
        sync_to_disk(directory)
        # What changed a moment ago may change once more within the same tick of the clock.
        if time.time_ns() - found.st_mtime_ns > SETTLED_NS:
            self._flushed[directory] = state


def list_objects(root: Path, prefix: str, after: str | None) -> Iterator[ListedObject]:
    """The objects whose keys start with `prefix` and a slash, by key part by part, from behind the key `after` on."""
    parts = after.removeprefix(f"{prefix}/").split("/") if after else []
    yield from _list(root / prefix, prefix, parts)


def delete_unfinished(root: Path, prefix: str, before: datetime) -> int:
    """Remove files of uploads that broke off, unless something was written to them since; how many."""
    count = 0
    for path, _, names in os.walk(root / prefix, topdown=False):
        directory = Path(path)
        unfinished = [directory / name for name in names if _UNFINISHED.fullmatch(name)]
        for file in unfinished:
            with contextlib.suppress(FileNotFoundError):
                if datetime.fromtimestamp(file.stat().st_mtime, UTC) < before:
                    file.unlink()
                    count += 1
        if unfinished:
            # Fails, as it should, while there is anything else.
            with contextlib.suppress(OSError):
                directory.rmdir()
    return count


def _list(directory: Path, prefix: str, after: list[str]) -> Iterator[ListedObject]:
    try:
        with os.scandir(directory) as found:
            entries = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)
    except FileNotFoundError:
        return
    for name, is_directory in entries:
        if after and name < after[0]:
            continue
        is_there = bool(after) and name == after[0]
        if is_directory:
            yield from _list(directory / name, f"{prefix}/{name}", after[1:] if is_there else [])
        elif not is_there and "#" not in name:
            with contextlib.suppress(FileNotFoundError):
                stat = (directory / name).stat()
                yield ListedObject(f"{prefix}/{name}", stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))
