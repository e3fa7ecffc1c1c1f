"""The data directory of one `serve`: its lock, the first user's key, the address for local clients. Used by run.py.

DIR/lock      held with flock while `serve` runs; holds its process id; mode 0600
DIR/api-key   the first user's key, mode 0600; DIR/api-key.new is the same before its user exists
DIR/base-url  where the running server answers, e.g. http://127.0.0.1:8080; removed when it stops
DIR/pg, DIR/postgres.log, DIR/objects belong to embedded/ and objects/.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runfolio_server.domain.api_keys import KEY_BYTES, new_api_key
from runfolio_server.durable import sync_to_disk
from runfolio_server.serve.errors import DataDirInUse, ServeError
from runfolio_server.serve.ownership import check_directory, open_own_file

KEY_CHARACTERS = 2 * KEY_BYTES
API_KEY = re.compile(rf"[0-9a-f]{{{KEY_CHARACTERS}}}")


class DataDir:
    """A data directory that this process has locked; see `open_data_dir`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.api_key_file = path / "api-key"
        self.base_url_file = path / "base-url"
        self._new_api_key_file = path / "api-key.new"

    def key_for_first_user(self) -> str:
        """The key that the first user has, or is to get: made once, and on disk before anybody can have it.

        Whenever the process dies, the next one finds the key that the database may already know.
        """
        for file in (self.api_key_file, self._new_api_key_file):
            key = _read_key(file)
            if key is not None:
                return key
        key = new_api_key()
        _write_durably(self._new_api_key_file, f"{key}\n", mode=0o600)
        return key

    def keep_key(self, *, is_first_users: bool) -> bool:
        """Put a key just made in its place, or drop it when no user has it; whether it is there for the first time."""
        if not self._new_api_key_file.exists():
            return False
        if not is_first_users:
            self._new_api_key_file.unlink()
            return False
        self._new_api_key_file.replace(self.api_key_file)
        sync_to_disk(self.path)
        return True

    def was_killed(self) -> bool:
        """Whether the last `serve` here ended without withdrawing its address. To be asked before a new one is told."""
        return self.base_url_file.exists()

    def publish_address(self, base_url: str) -> None:
        """Tell local clients where this server answers."""
        _write_durably(self.base_url_file, f"{base_url}\n", mode=0o644)

    def withdraw_address(self) -> None:
        """Take `publish_address` back."""
        self.base_url_file.unlink(missing_ok=True)


@contextmanager
def open_data_dir(path: Path) -> Iterator[DataDir]:
    """Make the directory if need be and hold it alone for the length of the block.

    Raises ServeError when another server has it, it or its lock is somebody else's, or it cannot be written.
    """
    try:
        _make(path)
        check_directory(path)
        # Kept open by this process alone: children get no descriptor of it, so it is free when this process is gone.
        # Who may open a file may also lock it, so that others may not even read it.
        descriptor = open_own_file(path / "lock", os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise ServeError(
            f"The data directory {path} cannot be written ({error.strerror}); choose another with --data-dir."
        ) from error
    try:
        _take_lock(descriptor, path)
        yield DataDir(path)
    finally:
        os.close(descriptor)


def _make(path: Path) -> None:
    if path.is_dir():
        return
    path.mkdir(mode=0o700, parents=True)
    # As root, PostgreSQL's own user must be able to pass through to DIR/pg.
    path.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _take_lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
        raise DataDirInUse(
            f"The data directory {path} is in use by another runfolio serve (process {holder or 'unknown'}); "
            "stop that one or choose another with --data-dir."
        ) from None
    except OSError as error:
        raise ServeError(
            f"The data directory {path} cannot be locked ({error.strerror}); choose one on a local disk."
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def _read_key(file: Path) -> str | None:
    try:
        descriptor = open_own_file(file, os.O_RDONLY)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as stream:
        text = stream.read(2 * KEY_CHARACTERS).strip()
    return text if API_KEY.fullmatch(text) else None


def _write_durably(file: Path, text: str, *, mode: int) -> None:
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(file)
    sync_to_disk(file.parent)
