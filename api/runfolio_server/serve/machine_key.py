"""An API key for whoever runs the machine: made in the database itself, whether or not the server runs. For cli.py.

Who may read the data directory, or knows the database's URL, has all there is anyway, so no other key is asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from runfolio_server.actions.identity.users import issue_key_on_machine
from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.embedded.running import url_of_running_postgres
from runfolio_server.serve.data_dir import open_data_dir
from runfolio_server.serve.errors import DataDirInUse, ServeError
from runfolio_server.settings import Settings
from runfolio_server.sql.pool import open_database

# A server that has just begun to start takes some seconds to make its database.
STARTING_PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class MachineKey:
    """A new key, the only time that its text is seen, and whose it is."""

    key: str
    username: str
    is_admin: bool


def make_machine_key(settings: Settings, *, username: str | None, admin: bool) -> MachineKey:
    """Make the key; see issue_key_on_machine for whom.

    Raises NotFound, Unavailable, and ServeError or EmbeddedPostgresError when there is no database to be reached.
    """
    with _database_url(settings) as url:
        return asyncio.run(_issue(settings, url, username=username, admin=admin))


async def _issue(settings: Settings, url: str, *, username: str | None, admin: bool) -> MachineKey:
    database = await open_database(
        url, size=1, wait_s=settings.pool_wait_s, statement_timeout_s=settings.statement_timeout_s
    )
    try:
        async with database.connection() as connection:
            user, key = await issue_key_on_machine(connection, username=username, admin=admin)
    finally:
        await database.close()
    return MachineKey(key, user.username, user.is_admin or admin)


@contextmanager
def _database_url(settings: Settings) -> Iterator[str]:
    """The installation's database for the length of the block: started for it when no server runs."""
    if settings.database_url:
        yield settings.session_url
        return
    data_dir = settings.data_dir
    with ExitStack() as stack:
        try:
            if not (data_dir / "pg").exists():
                raise ServeError(_nothing_there(data_dir))
            stack.enter_context(open_data_dir(data_dir))
        except DataDirInUse:
            running = url_of_running_postgres(data_dir, STARTING_PATIENCE_S)
            if running is None:
                raise ServeError(
                    f"The server that runs in {data_dir} has no PostgreSQL of its own that answers; give its "
                    "--database-url, or try again."
                ) from None
            yield running
            return
        postgres = EmbeddedPostgres(data_dir)
        stack.callback(postgres.stop)
        yield postgres.start()


def _nothing_there(data_dir: Path) -> str:
    return (
        f"There is no database in the data directory {data_dir}; give the server's --data-dir, or the --database-url "
        "that it was given."
    )
