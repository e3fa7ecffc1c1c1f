"""The bytes of one entry of an artifact, read while they are sent: a file, or bytes in memory."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from runfolio._core.part_file import md5_of
from runfolio._core.sending import PIECE_BYTES, FileToSend


class UploadContent(FileToSend):
    """A file of this machine, or bytes. `advance` is told how many have gone out; a new attempt begins at none."""

    def __init__(
        self, source: Path | bytes, size: int, md5: str, advance: Callable[[int], None] = lambda _: None
    ) -> None:
        super().__init__("" if isinstance(source, bytes) else source)
        self._source = source
        self._advance = advance
        self._sent = 0
        self.size = size
        self.md5 = md5

    def __iter__(self) -> Iterator[bytes]:
        self._advance(-self._sent)
        self._sent = 0
        with self._open() as stream:
            # No more than was announced: the file may have grown meanwhile, and then its MD5 is another one.
            while data := stream.read(min(PIECE_BYTES, self.size - self._sent)):
                yield data
                self._sent += len(data)
                self._advance(len(data))
        if self._sent < self.size:
            raise OSError(f"{self._source!s:.200} became shorter while it was uploaded; log it again.")

    def _open(self) -> BinaryIO:
        return io.BytesIO(self._source) if isinstance(self._source, bytes) else self._source.open("rb")


def size_and_md5(source: Path | bytes) -> tuple[int, str]:
    """How many bytes there are, and their MD5 as base64. Raises OSError for a file that cannot be read."""
    if isinstance(source, bytes):
        return len(source), base64.b64encode(hashlib.md5(source, usedforsecurity=False).digest()).decode()
    return source.stat().st_size, md5_of(source)
