"""Where PostgreSQL's Unix socket lives: in its data directory, or in a private short one when that path is too long.

Used by postgres.py.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

from runfolio_server.embedded.cluster import SUPERUSER
from runfolio_server.embedded.database_user import DatabaseUser

SOCKET_PORT = 5432
# sun_path holds 104 bytes on macOS and 108 on Linux, with the zero at the end.
SOCKET_PATH_MAX_BYTES = 103
SHORT_DIR_PREFIX = "runfolio-"
# Not TMPDIR: that can be long as well, and XDG_RUNTIME_DIR goes away when its user logs out.
SHORT_DIR_PARENT = Path("/tmp")  # noqa: S108 - mkdtemp makes the directory, private and with a name nobody guessed


def socket_dir_for(pg_dir: Path, previous: str, owner: DatabaseUser) -> Path:
    """The directory for the socket of PostgreSQL in `pg_dir`; `previous` is the one it had in its last life, or "".

    Both PostgreSQL's setting and libpq's `host` separate several directories by commas.
    """
    path = str(pg_dir)
    too_long = len(f"{path}/.s.PGSQL.{SOCKET_PORT}".encode("utf-8", "surrogateescape")) > SOCKET_PATH_MAX_BYTES
    if not too_long and path.isprintable() and not set(path) & set(',"'):
        return pg_dir
    if previous and _is_private(Path(previous), owner):
        return Path(previous)
    short = Path(tempfile.mkdtemp(prefix=SHORT_DIR_PREFIX, dir=SHORT_DIR_PARENT))
    owner.take(short)
    return short


def lock_file(socket_dir: Path) -> Path:
    """The file beside the socket that names the process which has it."""
    return socket_dir / f".s.PGSQL.{SOCKET_PORT}.lock"


def remove_socket_dir(socket_dir: Path) -> None:
    """Remove a short directory; the data directory stays."""
    if socket_dir.parent == SHORT_DIR_PARENT and socket_dir.name.startswith(SHORT_DIR_PREFIX):
        shutil.rmtree(socket_dir, ignore_errors=True)


def database_url(socket_dir: Path) -> str:
    """How to connect through the socket in this directory."""
    return f"postgresql://{SUPERUSER}@/{SUPERUSER}?host={quote(str(socket_dir), safe='/')}&port={SOCKET_PORT}"


def _is_private(directory: Path, owner: DatabaseUser) -> bool:
    if directory.parent != SHORT_DIR_PARENT or not directory.name.startswith(SHORT_DIR_PREFIX):
        return False
    try:
        found = directory.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner.user_id and stat.S_IMODE(found.st_mode) == 0o700
