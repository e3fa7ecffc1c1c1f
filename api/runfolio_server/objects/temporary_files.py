"""Temporary files in the data directory that are gone with whoever opened them. Used by endpoints/ and the worker.

A file without a name needs nobody to remove it: the system does when its process ends, however it ends. Where a file
system cannot make one it has a name for a moment, which a kill may leave behind.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path
from typing import IO, Final

DIRECTORY: Final = "temporary"
LEFTOVER_AGE_S: Final = 60
"""Far longer than a file has a name."""


def open_temporary_file(data_dir: Path) -> IO[bytes]:
    """A file to write and read, without a name. Raises OSError."""
    directory = data_dir / DIRECTORY
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=directory)


def remove_leftovers(data_dir: Path) -> int:
    """Remove what a kill left behind; how many files. Nothing happens where there is no directory of them."""
    count = 0
    with contextlib.suppress(FileNotFoundError):
        for file in (data_dir / DIRECTORY).iterdir():
            with contextlib.suppress(FileNotFoundError):
                if file.lstat().st_mtime < time.time() - LEFTOVER_AGE_S:
                    file.unlink()
                    count += 1
    return count
