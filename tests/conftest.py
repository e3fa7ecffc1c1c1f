"""PostgreSQL, databases and servers for the tests.

`postgres_url` is one server for the session (embedded, or RUNFOLIO_TEST_DATABASE_URL); `database_url` a fresh migrated
database per module, copied from a template; `service` the application in-process; `live_server` the same over HTTP.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.sql.migrate import migrate
from runfolio_server.sql.pool import Database, open_database
from tests.bucket import IS_STORE_OF_ALL, Buckets, keeping_all, run_buckets
from tests.live_server import LiveServer, run_live_server, run_served
from tests.long import leave_out_unless_asked
from tests.pgbouncer import run_pgbouncer
from tests.sent_statements import SentStatements
from tests.server.reachable_dir import reachable_dir
from tests.service import Service, open_service

TEMPLATE = "runfolio_template"

# No test fails for being slow: neither an example nor the making of one has a time to keep.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Hear of what is sent, from the first test on."""
    sent = SentStatements()
    sent.listen()
    config.pluginmanager.register(sent, "sent-statements")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is for `python -m tests.long`."""
    leave_out_unless_asked(config, items)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, object]]:
    """asyncpg speaks asyncio only."""
    return ("asyncio", {})


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for the session, as a URL of its maintenance database."""
    given = os.environ.get("RUNFOLIO_TEST_DATABASE_URL")
    if given:
        yield given
        return
    # Short, and reachable by the OS user that PostgreSQL runs as when the tests run as root.
    directory = Path(tempfile.mkdtemp(prefix="runfolio-tests-"))
    directory.chmod(0o711)
    postgres = EmbeddedPostgres(directory)
    try:
        yield postgres.start()
    finally:
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def buckets() -> Iterator[Buckets]:
    """An S3 server for the session."""
    with run_buckets() as running:
        yield running


@pytest.fixture(scope="session", autouse=IS_STORE_OF_ALL)
def all_in_buckets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every server of the session keeps its objects in S3; asked for by RUNFOLIO_TEST_OBJECT_STORE=s3."""
    with keeping_all(request.getfixturevalue("buckets")):
        yield


@pytest.fixture(scope="session")
async def template(postgres_url: str) -> str:
    """The name of a migrated database that nobody is connected to."""
    await _execute(postgres_url, f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
    await _execute(postgres_url, f"CREATE DATABASE {TEMPLATE}")
    await migrate(_with_database(postgres_url, TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="module")
def kind_of_store(request: pytest.FixtureRequest) -> str:
    """Where the objects of this module's service lie: a directory; over_each_store says a bucket, too."""
    return str(getattr(request, "param", "directory"))


@pytest.fixture(scope="module")
async def database_url(
    postgres_url: str,
    template: str,
    kind_of_store: str,
    anyio_backend: object,  # a sync test that asks for this fixture needs it too
    request: pytest.FixtureRequest,
) -> AsyncIterator[str]:
    """A fresh migrated database for this module."""
    name = "test_" + re.sub(r"\W", "_", request.module.__name__.rpartition("tests.")[2])[-50:]
    await _execute(postgres_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await _execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _with_database(postgres_url, name)
    await _execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool of connections to this module's database."""
    opened = await open_database(database_url, size=8, wait_s=10, statement_timeout_s=60)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def pooled_url(database_url: str) -> Iterator[str]:
    """The same database through a PgBouncer that lends two connections, one transaction at a time."""
    with reachable_dir() as directory, run_pgbouncer(database_url, directory / "pgbouncer") as url:
        yield url


@pytest.fixture(scope="module")
async def service(
    database_url: str, tmp_path_factory: pytest.TempPathFactory, kind_of_store: str, request: pytest.FixtureRequest
) -> AsyncIterator[Service]:
    """The application in-process, with a site admin `ada` and users `bob` and `eve`, each with a key.

    Its objects lie where kind_of_store says.
    """
    with contextlib.ExitStack() as stack:
        if kind_of_store == "bucket":
            stack.enter_context(keeping_all(request.getfixturevalue("buckets")))
        async with open_service(database_url, tmp_path_factory.mktemp("data")) as opened:
            yield opened


@pytest.fixture(scope="module")
def live_server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The application over HTTP on a free port, with a site admin `ada`."""
    directory, processes = tmp_path_factory.mktemp("data"), os.environ.get("RUNFOLIO_TEST_PROCESSES")
    running = (
        run_served(database_url, directory, int(processes)) if processes else run_live_server(database_url, directory)
    )
    with running as server:
        yield server


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _with_database(url: str, name: str) -> str:
    return re.sub(r"(?<!:)(?<!/)/[^/?]*(?=\?|$)", f"/{name}", url, count=1)
