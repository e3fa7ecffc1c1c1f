"""The bytes of an upload, a file that is read again for each attempt. Used by transport.py and files.py of _async."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx

PIECE_BYTES = 1024 * 1024


class FileToSend(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A file of this machine. `size` in bytes and `md5` (base64) are what it is announced with, once they are known."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.size = 0
        self.md5 = ""

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as stream:
            while piece := stream.read(PIECE_BYTES):
                yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def name_of(path: str | os.PathLike[str], root: str | os.PathLike[str]) -> str:
    """What a run calls the file: its path from `root` on, with forward slashes.

    >>> name_of("out/media/a.png", "out")
    'media/a.png'
    """
    return Path(os.path.relpath(path, root)).as_posix()
