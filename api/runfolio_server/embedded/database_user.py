"""The OS user that PostgreSQL runs as: this one, or for root one of its own. Used by postgres.py.

PostgreSQL refuses to run as root, so root starts it as the user `pgserver`, which is made on the first start.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runfolio_server.embedded.errors import EmbeddedPostgresError

USER_FOR_ROOT = "pgserver"
COMMAND_TIMEOUT_S = 30

# Prints the first of its arguments that cannot be entered. Asking the system itself, as that user, is right
# whatever gives or takes the access: mode bits, group membership, ACLs, a security module.
_FIRST_CLOSED = 'for path in "$@"; do cd -- "$path" 2>/dev/null || { printf %s "$path"; exit 0; }; done'


@dataclass(frozen=True, slots=True)
class DatabaseUser:
    """Who PostgreSQL runs as; `user` and `group` are None when that is the user of this process.

    The three fields after `name` are what `subprocess.Popen` takes under the same names.
    """

    name: str
    user: int | None
    group: int | None
    extra_groups: Sequence[int] | None

    @property
    def is_other(self) -> bool:
        """Whether it is another user than the one of this process."""
        return self.user is not None

    @property
    def user_id(self) -> int:
        """The numeric id that PostgreSQL's files belong to."""
        return os.geteuid() if self.user is None else self.user

    def take(self, path: Path) -> None:
        """Give the file or directory to this user."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group, follow_symlinks=False)

    def first_closed_directory(self, directory: Path) -> Path | None:
        """The first directory on the way to `directory`, itself included, that this user may not enter."""
        if not self.is_other:
            return None
        way = [*reversed(directory.parents), directory]
        try:
            answer = subprocess.run(  # noqa: S603 - paths are arguments, not script
                ["/bin/sh", "-c", _FIRST_CLOSED, "sh", *map(str, way)],
                cwd="/",
                capture_output=True,
                check=True,
                timeout=COMMAND_TIMEOUT_S,
                user=self.user,
                group=self.group,
                extra_groups=self.extra_groups,
            ).stdout
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedPostgresError(
                f"Cannot start programs as the OS user {self.name} ({error}); "
                "start runfolio as an ordinary user instead, or give --database-url."
            ) from error
        return Path(os.fsdecode(answer)) if answer else None


def database_user_of(pg_dir: Path) -> DatabaseUser:
    """Who runs PostgreSQL in `pg_dir`: this user; for root, whoever owns the data, or USER_FOR_ROOT for new data.

    Raises EmbeddedPostgresError when the data belong to somebody else, or that user cannot be made.
    """
    found = pg_dir.stat().st_uid if pg_dir.exists() else None
    me = os.geteuid()
    if me != 0:
        if found not in (None, me):
            raise EmbeddedPostgresError(
                f"{pg_dir} belongs to {_name_of(found)}; start runfolio as that user or choose another --data-dir."
            )
        return DatabaseUser(_name_of(me), None, None, None)
    if found is not None and found != 0:
        # Containers number their users anew: what counts is who owns the files, not what that user is called.
        group = pg_dir.stat().st_gid
        return DatabaseUser(_name_of(found), found, group, ())
    entry = _user_for_root()
    return DatabaseUser(entry.pw_name, entry.pw_uid, entry.pw_gid, ())


def user_for_root_exists() -> bool:
    """Whether the OS user that root's PostgreSQL runs as is there already."""
    try:
        pwd.getpwnam(USER_FOR_ROOT)
    except KeyError:
        return False
    return True


def _user_for_root() -> pwd.struct_passwd:
    if not user_for_root_exists():
        try:
            subprocess.run(  # noqa: S603 - no argument comes from outside
                ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", USER_FOR_ROOT],  # noqa: S607
                check=True,
                capture_output=True,
                timeout=COMMAND_TIMEOUT_S,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL does not run as root, and its OS user {USER_FOR_ROOT} cannot be made ({error}); "
                "start runfolio as an ordinary user, or give --database-url."
            ) from error
    return pwd.getpwnam(USER_FOR_ROOT)


def _name_of(user_id: int | None) -> str:
    if user_id is None:
        return "nobody"
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"user {user_id}"
