"""The first user: what it is called, and its key, made once whatever is killed meanwhile. Used by run.py."""

from __future__ import annotations

import os
import pwd
import re
import unicodedata

from runfolio_server.actions.identity.sign_in import SignIn
from runfolio_server.actions.identity.users import ensure_first_user
from runfolio_server.domain.names import ENTITY_NAME, ENTITY_NAME_MAX, check_entity_name
from runfolio_server.errors import AppError, Unauthenticated
from runfolio_server.remembered import RememberedAccess
from runfolio_server.serve.data_dir import DataDir
from runfolio_server.serve.errors import ServeError
from runfolio_server.sql.pool import Database

FALLBACK_NAME = "admin"


def choose_username(wanted: str | None) -> str:
    """The name given with --username, else one made of the OS user's. Raises ServeError when that is not allowed."""
    if wanted is None:
        return username_of(_operating_system_name())
    try:
        return check_entity_name(wanted, "--username")
    except AppError as error:
        raise ServeError(f"{error.message}.") from None


def username_of(operating_system_name: str) -> str:
    r"""The allowed name nearest to the OS user's.

    >>> username_of("José.Núñez"), username_of("EXAMPLE\\Ann Lee"), username_of("_www"), username_of("数据")
    ('jose.nunez', 'ann-lee', 'www', 'admin')
    """
    without_domain = operating_system_name.rpartition("\\")[2]
    plain = unicodedata.normalize("NFKD", without_domain).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_.-]+", "-", plain).strip("-_.")[:ENTITY_NAME_MAX]
    return name if ENTITY_NAME.fullmatch(name) else FALLBACK_NAME


async def key_of_new_first_user(database: Database, data_dir: DataDir, username: str) -> str | None:
    """Make the first user when the database has none; its key, to be shown this once, or None.

    The key is on disk before the database knows it, and in its place afterwards. A process that died between the two
    leaves a key that works, which the next one recognizes by trying it.
    """
    key = data_dir.key_for_first_user()
    async with database.connection() as connection:
        is_made = await ensure_first_user(connection, username, key)
    is_new = data_dir.keep_key(is_first_users=is_made or await _works(database, key))
    return key if is_new else None


async def _works(database: Database, key: str) -> bool:
    try:
        await SignIn(database, RememberedAccess()).viewer(f"Bearer {key}")
    except Unauthenticated:
        return False
    return True


def _operating_system_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        # A container may run as a number that nobody gave a name.
        return os.environ.get("USER", FALLBACK_NAME)
