"""Where the bytes of a download go: memory, or a file that appears when it is whole. Used by _async/files.py."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
from pathlib import Path
from typing import BinaryIO, Protocol

from runfolio._core.errors import DownloadError

# What Windows takes for a drive, a stream or a separator.
UNSAFE_ON_WINDOWS = re.compile(r'[\\:*?"<>|]')


class Receiver(Protocol):
    """Takes the bytes of an answer; a transport starts it again when it has to ask again.

    `position` is how many bytes are here that need not come again: 0 for what always starts again.
    """

    @property
    def position(self) -> int:
        """Where the next bytes belong."""

    def restart(self) -> None:
        """Forget what came so far."""

    def write(self, data: bytes) -> None:
        """Take the next bytes."""

    def check(self) -> None:
        """Raise when what came is not what was announced."""


class Receiving:
    """Takes the bytes of one object, from the start again after `restart`, and checks them at the end.

    The caller closes what it writes to.
    """

    position = 0

    def __init__(self, name: str, md5: str | None, stream: BinaryIO) -> None:
        self._name = name
        self._md5 = md5
        self._stream = stream
        self._digest = hashlib.md5(usedforsecurity=False)

    def restart(self) -> None:
        """Forget what came so far."""
        self._stream.seek(0)
        self._stream.truncate()
        self._digest = hashlib.md5(usedforsecurity=False)

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._stream.write(data)
        self._digest.update(data)

    def check(self) -> None:
        """Raise DownloadError when the bytes are not those that the server announced."""
        found = base64.b64encode(self._digest.digest()).decode()
        if self._md5 is not None and found != self._md5:
            raise DownloadError(
                f"The bytes of {self._name!r} have MD5 {found}, announced was {self._md5}; "
                "the file may have been replaced meanwhile: list it again."
            )


class PartialFile:
    """A file beside `target` that takes its place by `keep`; gone at the end of the block otherwise."""

    def __init__(self, target: Path) -> None:
        self._target = target
        target.parent.mkdir(parents=True, exist_ok=True)
        self._path = target.with_name(f".{target.name[:60]}.{secrets.token_hex(6)}.part")
        self.stream: BinaryIO = self._path.open("xb")

    def keep(self) -> None:
        """Put the file in its place, at once and whole."""
        self.stream.close()
        self._path.replace(self._target)

    def __enter__(self) -> PartialFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()
        self._path.unlink(missing_ok=True)


def place_for(root: str | os.PathLike[str], name: str) -> Path:
    """Where a file of this name goes under `root`. Raises DownloadError when that would not be under it.

    The names come from whoever logged the run, so they are not trusted: no absolute paths, no `..`, no symlink out.
    """
    parts = name.split("/")
    unsafe = any(part in ("", ".", "..") or "\0" in part for part in parts)
    if unsafe or (os.name == "nt" and UNSAFE_ON_WINDOWS.search(name)):
        raise DownloadError(f"The file name {name!r} is not a relative path; use read() and choose a place yourself.")
    top = top_of(root)
    target = top.joinpath(*parts)
    if not target.parent.resolve().is_relative_to(top):
        raise DownloadError(f"The file name {name!r} leads out of {top} through a link.")
    return target


def top_of(root: str | os.PathLike[str]) -> Path:
    """The directory itself, without links and without `..`."""
    return Path(root).resolve()


def free_place(path: str | os.PathLike[str], *, replace: bool) -> Path:
    """The path, where nothing is or may be replaced. Raises FileExistsError."""
    target = Path(path)
    if target.exists() and not replace:
        raise FileExistsError(f"{target} exists; give replace=True to overwrite it")
    return target


def empty_place(path: str | os.PathLike[str]) -> Path:
    """The path of an empty directory, which is made where nothing is. Raises FileExistsError."""
    target = Path(path)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(f"{target} is not empty; give a directory that is")
    target.mkdir(parents=True, exist_ok=True)
    return target
