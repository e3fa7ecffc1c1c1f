"""The embedded PostgreSQL after every way in which an earlier life may have ended."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from runfolio_server.embedded import EmbeddedPostgres, EmbeddedPostgresError
from runfolio_server.embedded.database_user import database_user_of
from runfolio_server.embedded.programs import find_programs
from tests.server.embedded_data import begin_work, data_dir, postgres, template
from tests.server.running_serve import is_running, wait_until

__all__ = ["data_dir", "postgres", "template"]


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
    owner = database_user_of(data_dir / "pg")
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
    owner = database_user_of(data_dir / "pg")
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
