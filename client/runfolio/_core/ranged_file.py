"""One large file that comes in ranges side by side, each of which a later call need not bring again.

Used by _async/artifact_files.py. The MD5 is that of the whole, so that it is compared when all ranges are there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from runfolio._core.errors import DownloadError
from runfolio._core.part_file import PARTS_DIRECTORY, is_there, md5_of

LARGE_BYTES = 128 * 2**20
"""A file of so many bytes comes in ranges: below that the requests cost more than they save."""
RANGE_BYTES = 32 * 2**20
"""What is lost at most when one range breaks off for good."""


class FileRange:
    """Takes the bytes from `start` up to `end`, exclusive, of a ranged file; it is there when `check` has passed."""

    def __init__(self, whole: RangedFile, start: int, end: int) -> None:
        self._whole = whole
        self._start = start
        self.end = end
        self.position = start
        self._stream: BinaryIO | None = None

    def restart(self) -> None:
        """Forget what came so far."""
        self._whole.advance(self._start - self.position)
        self.position = self._start
        if self._stream is not None:
            self._stream.seek(self._start)

    def write(self, data: bytes) -> None:
        """Take the next bytes. Raises DownloadError for more than were asked for."""
        if self.position + len(data) > self.end:
            raise DownloadError(f"More bytes of {self._whole.name!r} came than were asked for; ask again.")
        if self._stream is None:
            self._stream = self._whole.path.open("r+b")
            self._stream.seek(self.position)
        self._stream.write(data)
        self.position += len(data)
        self._whole.advance(len(data))

    def check(self) -> None:
        """Note that the range is there. Raises DownloadError when bytes are missing."""
        if self.position != self.end:
            count = self.end - self.position
            self.restart()
            raise DownloadError(f"{count} bytes of {self._whole.name!r} are missing from what came; ask again.")
        self.close()
        self._whole.note(self._start)

    def close(self) -> None:
        """Write what waits."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class RangedFile:
    """A file of `size` bytes beside its place, and a list of the ranges that are in it already.

    Two programs that fetch the same bytes at once write the same ones.
    """

    def __init__(
        self, root: Path, target: Path, *, name: str, md5: str, size: int, advance: Callable[[int], None]
    ) -> None:
        self.name = name
        self.advance = advance
        self._md5 = md5
        self._size = size
        self._target = target
        directory = root / PARTS_DIRECTORY
        directory.mkdir(parents=True, exist_ok=True)
        place = target.relative_to(root).as_posix()
        key = hashlib.sha256(f"{md5}\n{place}\nranges".encode(errors="surrogatepass")).hexdigest()
        self.path = directory / key[:40]
        self._list = directory / f"{key[:40]}.ranges"
        if not self.path.exists():
            self._list.unlink(missing_ok=True)
        with self.path.open("ab") as stream:
            stream.truncate(size)
        done = self._done()
        self.was_begun = bool(done)
        """Whether an earlier call has left something."""
        starts = range(0, size, RANGE_BYTES)
        self.advance(sum(self._end(start) - start for start in starts if start in done))
        self.missing = [FileRange(self, start, self._end(start)) for start in starts if start not in done]

    def note(self, start: int) -> None:
        """Remember that the range that begins there is in the file."""
        with self._list.open("a") as stream:
            stream.write(f"{RANGE_BYTES} {start}\n")

    def keep(self) -> None:
        """Put the file in its place, at once and whole. Raises DownloadError when its bytes are others; all go then."""
        found = md5_of(self.path)
        if found != self._md5:
            self.forget()
            self.advance(-self._size)
            raise DownloadError(
                f"The {self._size} bytes that came for {self.name!r} have MD5 {found}, and those of the artifact have "
                f"{self._md5}; nothing of them was kept. Download it again; if that changes nothing, the server has "
                "lost these bytes."
            )
        self._target.parent.mkdir(parents=True, exist_ok=True)
        try:
            self.path.replace(self._target)
        except FileNotFoundError:
            # Another program has fetched the same bytes meanwhile.
            if not is_there(self._target, self._size, self._md5):
                raise
        self._list.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove all that came."""
        self.path.unlink(missing_ok=True)
        self._list.unlink(missing_ok=True)

    def _end(self, start: int) -> int:
        return min(start + RANGE_BYTES, self._size)

    def _done(self) -> set[int]:
        """Where the ranges begin that an earlier call has brought; its last line may be half."""
        try:
            lines = self._list.read_text().split("\n")[:-1]
        except FileNotFoundError:
            return set()
        words = [line.split() for line in lines]
        return {int(start) for length, start in words if length == str(RANGE_BYTES)}
