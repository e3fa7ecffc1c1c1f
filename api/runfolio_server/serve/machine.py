"""What whoever runs the machine does in the database itself, whether or not the server runs. For operator_commands.py.

Who may read the data directory, or knows the database's URL, has all there is anyway, so no key is asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.embedded.running import url_of_running_postgres
from runfolio_server.serve.data_dir import open_data_dir
from runfolio_server.serve.errors import DataDirInUse, ServeError
from runfolio_server.settings import Settings
from runfolio_server.sql.pool import Connection, open_database

Found = TypeVar("Found")
# A server that has just begun to start takes some seconds to make its database.
STARTING_PATIENCE_S = 30


def on_machine(settings: Settings, do: Callable[[Connection], Awaitable[Found]]) -> Found:
    """Do something with the installation's database; what it gives.

    Raises what it raises, Unavailable, and ServeError or EmbeddedPostgresError when there is no database to be reached.
    """
    with _database_url(settings) as url:
        return asyncio.run(_done(settings, url, do))


async def _done(settings: Settings, url: str, do: Callable[[Connection], Awaitable[Found]]) -> Found:
    database = await open_database(
        url, size=1, wait_s=settings.pool_wait_s, statement_timeout_s=settings.statement_timeout_s
    )
    try:
        async with database.connection() as connection:
            return await do(connection)
    finally:
        await database.close()


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
