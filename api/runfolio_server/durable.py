"""Making changes of files survive a power loss. Used by serve/, embedded/ and objects/, which write files."""

from __future__ import annotations

import os
from pathlib import Path


def sync_to_disk(path: Path) -> None:
    """Wait until a file's bytes, or what was made, renamed and removed in a directory, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
