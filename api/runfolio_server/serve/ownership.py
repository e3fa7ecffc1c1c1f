"""Whether what `serve` trusts in its data directory is its own: nobody else may have put it there. Used by data_dir.py.

Of the way to the directory only its last part is looked at: in /tmp nobody can rename what is another's.
"""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

from runfolio_server.serve.errors import ServeError

ROOT = 0
OTHERS = 0o077
GROUP_WRITES = 0o020
EVERYBODY_WRITES = 0o002


def check_directory(path: Path) -> None:
    """Check that the directory is of this user or root, and close it to the group where a loose umask left it open.

    Root's, writable by our group, is how volumes are given to containers. Raises ServeError for one that belongs to
    somebody else, or that everybody may write to, and OSError.
    """
    link = path.lstat()
    if stat.S_ISLNK(link.st_mode) and not _is_trusted(link.st_uid):
        raise ServeError(
            f"The data directory {path} is a symbolic link of {_name_of(link.st_uid)}, who may lead it elsewhere; "
            "choose another with --data-dir."
        )
    found = path.stat()
    if not _is_trusted(found.st_uid):
        raise ServeError(
            f"The data directory {path} belongs to {_name_of(found.st_uid)}, not to {_name_of(os.geteuid())}; start "
            "runfolio as that user, or choose another with --data-dir."
        )
    if found.st_mode & EVERYBODY_WRITES:
        raise ServeError(
            f"Everybody may write to the data directory {path}; make sure that nothing in it is somebody else's and "
            f"close it (chmod go-w {path}), or choose another with --data-dir, such as {path / 'runfolio'}."
        )
    if found.st_mode & GROUP_WRITES and found.st_uid == os.geteuid():
        path.chmod(stat.S_IMODE(found.st_mode) & ~GROUP_WRITES)


def open_own_file(path: Path, flags: int) -> int:
    """A descriptor of a file that nobody else made, and from now on nobody else may open; for O_CREAT of a new one.

    Raises ServeError for a file that belongs to somebody else or is none, and OSError.
    """
    try:
        # A pipe would be waited for.
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    except OSError:
        if path.is_symlink():
            raise ServeError(_no_file(path, "is a symbolic link")) from None
        raise
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ServeError(_no_file(path, "is no file"))
        if not _is_trusted(found.st_uid):
            raise ServeError(_no_file(path, f"belongs to {_name_of(found.st_uid)}, not to {_name_of(os.geteuid())}"))
        if found.st_mode & OTHERS and found.st_uid == os.geteuid():
            os.fchmod(descriptor, 0o600)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _is_trusted(user_id: int) -> bool:
    return user_id in (ROOT, os.geteuid())


def _no_file(path: Path, what: str) -> str:
    return f"{path} {what}, so that somebody else may have made it; look at it, remove it, and start again."


def _name_of(user_id: int) -> str:
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"user {user_id}"
