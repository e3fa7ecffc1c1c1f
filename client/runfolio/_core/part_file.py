"""A download that a later call goes on with: bytes in a part file, in their place when they are whole and right.

Used by _async/artifact_download.py.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from runfolio._core.errors import DownloadError

PARTS_DIRECTORY = ".runfolio-parts"
"""Below the directory that is downloaded to; gone when all is there."""
READ_BYTES = 2**20


def md5_of(path: Path) -> str:
    """The MD5 of a file's bytes, base64."""
    with path.open("rb") as stream:
        return base64.b64encode(hashlib.file_digest(stream, _md5).digest()).decode()


def is_there(path: Path, size: int, md5: str) -> bool:
    """Whether this file has these bytes."""
    try:
        return path.is_file() and path.stat().st_size == size and md5_of(path) == md5
    except OSError:
        return False


class PartFile:
    """Takes the bytes of one object, which are known by their MD5; those of an earlier call need not come again.

    `name` is what errors say. The file's own name is made of the MD5 and of where the bytes go: never of a name that
    somebody chose, and the same in each call. Two programs that fetch the same bytes at once write the same ones.
    `advance` is told how many bytes came; with those that were here already at the beginning.
    """

    def __init__(
        self, root: Path, target: Path, *, name: str, md5: str, size: int, advance: Callable[[int], None]
    ) -> None:
        self._name = name
        self._md5 = md5
        self._size = size
        self._target = target
        self._advance = advance
        directory = root / PARTS_DIRECTORY
        directory.mkdir(parents=True, exist_ok=True)
        place = target.relative_to(root).as_posix()
        key = hashlib.sha256(f"{md5}\n{place}".encode(errors="surrogatepass")).hexdigest()
        self._path = directory / key[:40]
        self._digest = _md5()
        self.position = 0
        self.was_begun = False
        """Whether an earlier call has left something."""
        self._stream: BinaryIO = self._path.open("r+b" if self._path.exists() else "w+b")
        try:
            self._read()
        except BaseException:
            self._stream.close()
            raise

    @property
    def is_complete(self) -> bool:
        """Whether no more bytes are needed."""
        return self.position >= self._size

    def _read(self) -> None:
        """Take what an earlier call has left."""
        while data := self._stream.read(READ_BYTES):
            self._digest.update(data)
            self.position += len(data)
        self.was_begun = self.position > 0
        self._advance(self.position)

    def restart(self) -> None:
        """Forget what came so far."""
        self._advance(-self.position)
        self._stream.seek(0)
        self._stream.truncate()
        self._digest = _md5()
        self.position = 0

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._stream.write(data)
        self._digest.update(data)
        self.position += len(data)
        self._advance(len(data))

    def check(self) -> None:
        """Raise DownloadError when the bytes are not those that were committed; then none of them are kept."""
        found = base64.b64encode(self._digest.digest()).decode()
        if found != self._md5:
            count = self.position
            self.restart()
            raise DownloadError(
                f"The {count} bytes that came for {self._name!r} have MD5 {found}, and those of the artifact have "
                f"{self._md5}; nothing of them was kept. Download it again; if that changes nothing, the server has "
                "lost these bytes."
            )

    def keep(self) -> None:
        """Put the file in its place, at once and whole."""
        self._stream.close()
        self._target.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._path.replace(self._target)
        except FileNotFoundError:
            # Another program has fetched the same bytes meanwhile.
            if not is_there(self._target, self._size, self._md5):
                raise

    def __enter__(self) -> PartFile:
        return self

    def __exit__(self, *_: object) -> None:
        # What came stays, for the next call.
        self._stream.close()


def make_directory(root: Path) -> None:
    """Make the directory, and those above."""
    root.mkdir(parents=True, exist_ok=True)


def remove_parts_directory(root: Path) -> None:
    """Remove it where nothing is left in it."""
    try:
        (root / PARTS_DIRECTORY).rmdir()
    except OSError:
        return


def _md5() -> hashlib._Hash:
    return hashlib.md5(usedforsecurity=False)
