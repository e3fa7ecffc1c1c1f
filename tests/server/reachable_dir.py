"""A temporary directory that root's PostgreSQL, which runs as another OS user, may enter (pytest's may not be)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def reachable_dir() -> Iterator[Path]:
    """Make it for the length of the block."""
    directory = Path(tempfile.mkdtemp(prefix="runfolio-test-", dir="/tmp"))
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
