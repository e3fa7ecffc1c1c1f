"""Data directories for tests of the embedded PostgreSQL, and a session that keeps it busy."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from runfolio_server.embedded import EmbeddedPostgres
from tests.server.reachable_dir import reachable_dir


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A data directory whose files are made already: copying is faster than initdb."""
    with reachable_dir() as directory:
        postgres = EmbeddedPostgres(directory)
        postgres.start()
        postgres.stop()
        yield directory


@pytest.fixture
def data_dir(template: Path) -> Iterator[Path]:
    with reachable_dir() as directory:
        copy_data(template, directory)
        yield directory


@pytest.fixture
def postgres(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(data_dir)
    yield made
    made.force()
    made.stop()


def copy_data(template: Path, directory: Path) -> None:
    subprocess.run(["cp", "-a", str(template / "pg"), str(directory / "pg")], check=True)


def begin_work(url: str, sql: str) -> socket.socket:
    """A session in which the statement runs; PostgreSQL's own protocol, because only sql/ knows a driver."""
    session = socket.socket(socket.AF_UNIX)
    session.connect(f"{parse_qs(urlsplit(url).query)['host'][0]}/.s.PGSQL.5432")
    startup = b"\x00\x03\x00\x00user\0postgres\0database\0postgres\0\0"
    session.sendall((len(startup) + 4).to_bytes(4, "big") + startup)
    while b"Z\x00\x00\x00\x05I" not in session.recv(65536):
        pass
    query = sql.encode() + b"\0"
    session.sendall(b"Q" + (len(query) + 4).to_bytes(4, "big") + query)
    return session
