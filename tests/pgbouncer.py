"""Debian's PgBouncer before the PostgreSQL of the tests: it lends connections for one transaction, and has two."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

from runfolio_server.embedded.database_user import DatabaseUser, database_user_of

CONNECTIONS = 2
PORT = 6432
PATIENCE_S = 30.0
PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin:/usr/local/sbin")
needs_pgbouncer = pytest.mark.skipif(
    PROGRAM is None, reason="pgbouncer is not installed: apt-get install --no-install-recommends pgbouncer"
)

# Whoever comes is the user of PostgreSQL that the line of the database names.
CONFIGURATION = """
[databases]
* = {target}

[pgbouncer]
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
max_db_connections = {connections}
listen_addr =
unix_socket_dir = {directory}
listen_port = {port}
auth_type = any
pidfile = {directory}/pid
logfile = {directory}/log
"""


@contextmanager
def run_pgbouncer(postgres_url: str, directory: Path) -> Iterator[str]:
    """Run it with its files in a new `directory`; the address of the same database through it."""
    assert PROGRAM is not None
    # PgBouncer does not run as root either.
    owner = database_user_of(directory)
    directory.mkdir()
    configuration = directory / "pgbouncer.ini"
    configuration.write_text(
        CONFIGURATION.format(target=_target(postgres_url), connections=CONNECTIONS, directory=directory, port=PORT)
    )
    for path in (directory, configuration):
        owner.take(path)
    with _running(PROGRAM, configuration, owner) as process:
        deadline = time.monotonic() + PATIENCE_S
        while not (directory / f".s.PGSQL.{PORT}").exists():
            assert process.poll() is None, (directory / "log").read_text()
            assert time.monotonic() < deadline, "PgBouncer does not start"
            time.sleep(0.02)
        yield pooled_url(postgres_url, directory)


def pooled_url(postgres_url: str, directory: Path) -> str:
    """The address of the same database through the PgBouncer in `directory`."""
    parts = urlsplit(postgres_url)
    return f"postgresql://{parts.username or 'postgres'}@{parts.path}?host={quote(str(directory))}&port={PORT}"


@contextmanager
def _running(program: str, configuration: Path, owner: DatabaseUser) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [program, "--quiet", str(configuration)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=owner.user,
        group=owner.group,
        extra_groups=owner.extra_groups,
        # The Ctrl-C that a test sends to `serve` or that ends the tests is not for it.
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _target(url: str) -> str:
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    found = {
        "host": options.get("host") or parts.hostname,
        "port": options.get("port") or parts.port or 5432,
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
    }
    return " ".join(f"{name}='{_quoted(str(value))}'" for name, value in found.items() if value is not None)


def _quoted(text: str) -> str:
    return re.sub("'", "''", text)
