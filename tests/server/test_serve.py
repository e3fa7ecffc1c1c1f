"""`runfolio serve` from outside: what it prints, answers, survives and leaves behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runfolio_server.embedded import EmbeddedPostgres
from tests.server.running_serve import Start, is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_the_first_start_makes_a_user_shows_its_key_once_and_later_starts_keep_it(start: Start) -> None:
    first = start("--username", "ann")
    first.wait_until_ready()

    assert first.username() == "ann"
    assert f"export WANDB_BASE_URL={first.url}\nexport WANDB_API_KEY={first.key}\n" in first.out
    assert (first.data_dir / "api-key").stat().st_mode & 0o777 == 0o600
    assert (first.data_dir / "base-url").read_text() == f"{first.url}\n"
    assert first.interrupt() == 0
    assert not (first.data_dir / "base-url").exists()

    second = start()
    second.wait_until_ready()

    assert second.username() == "ann"
    assert "WANDB_API_KEY" not in second.out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_even_with_connections_open(start: Start, number: signal.Signals) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("The tests were started with this signal ignored, as nohup does, and so is the server.")
    server = start()
    server.wait_until_ready()
    worker, postgres = server.worker_pid, server.postgres_pid
    host, port = server.url.removeprefix("http://").split(":")

    with socket.create_connection((host, int(port))) as half_a_request:
        half_a_request.sendall(b"POST /graphql HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
        apis = server.api_pids
        os.killpg(server.process.pid, number)
        code = server.process.wait(15)

    assert code == 0
    assert not any(map(is_running, [worker, *apis]))
    assert not is_running(postgres)
    assert not (server.data_dir / "pg" / "postmaster.pid").exists()


def test_a_second_signal_forces_the_end(start: Start) -> None:
    server = start()
    server.wait_until_ready()
    worker, postgres = server.worker_pid, server.postgres_pid
    assert worker is not None
    # A stopped worker takes no notice of being asked.
    os.kill(worker, signal.SIGSTOP)

    server.process.send_signal(signal.SIGTERM)
    server.process.send_signal(signal.SIGINT)

    assert server.process.wait(15) == 130
    assert not is_running(worker)
    assert not is_running(postgres)


def test_the_same_signal_twice_at_once_is_one_wish_to_stop(start: Start) -> None:
    server = start()
    server.wait_until_ready()
    worker = server.worker_pid
    assert worker is not None
    # A stopped worker keeps the server from ending before the second signal has arrived.
    os.kill(worker, signal.SIGSTOP)

    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.05)
    server.process.send_signal(signal.SIGTERM)

    assert server.process.wait(15) == 0


def test_a_signal_during_the_first_start_leaves_nothing_half_made(start: Start) -> None:
    early = start()
    wait_until(lambda: "Making a PostgreSQL" in early.out, "initdb begins")

    assert early.interrupt() == 0
    assert "Traceback" not in early.err
    assert not list(early.data_dir.glob("pg.new-*"))

    later = start()
    later.wait_until_ready()
    assert later.answers()


def test_a_killed_worker_is_started_again(start: Start) -> None:
    server = start()
    server.wait_until_ready()
    killed = server.worker_pid
    assert killed is not None

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: server.worker_pid not in (None, killed), "a new worker")
    assert "The worker ended (signal 9); starting it again." in server.err


def test_a_killed_postgres_is_started_again_and_the_data_are_there(start: Start) -> None:
    server = start()
    server.wait_until_ready()
    killed = server.postgres_pid

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: "PostgreSQL ended (signal 9)" in server.err, "the end is noticed")
    wait_until(server.answers, "requests are answered again")
    assert server.postgres_pid != killed


def test_what_a_killed_serve_left_is_adopted_or_ends(start: Start) -> None:
    killed = start()
    killed.wait_until_ready()
    worker, apis, postgres = killed.worker_pid, killed.api_pids, killed.postgres_pid
    killed.kill()

    wait_until(lambda: not any(map(is_running, [worker, *apis])), "the worker and the API end by themselves")
    assert is_running(postgres)
    next_one = start()
    next_one.wait_until_ready()

    assert next_one.postgres_pid == postgres
    assert next_one.answers()
    assert next_one.interrupt() == 0
    assert not is_running(postgres)


def test_an_adopted_postgres_that_is_killed_is_started_again(start: Start) -> None:
    first = start()
    first.wait_until_ready()
    first.kill()
    second = start()
    second.wait_until_ready()
    killed = second.postgres_pid

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: "PostgreSQL ended" in second.err, "the end is noticed")
    wait_until(second.answers, "requests are answered again")


def test_a_second_server_on_one_directory_is_refused(start: Start, directory: Path) -> None:
    first = start()
    first.wait_until_ready()
    other = directory / "link"
    other.symlink_to(first.data_dir)

    refusal = start(data_dir=other).wait_for_refusal()

    assert f"in use by another runfolio serve (process {first.process.pid})" in refusal
    assert first.answers()


def test_a_taken_port_is_refused_before_anything_is_made(start: Start, directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        refusal = start("--port", str(port)).wait_for_refusal()

    assert refusal == (
        f"runfolio: Port {port} on 127.0.0.1 is taken by another program; choose another with --port, "
        "or --port 0 for any free one."
    )
    assert not (directory / "data" / "pg").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "http"], "RUNFOLIO_PORT is 'http'"),
        (["--host", "192.0.2.1"], "192.0.2.1 is not an address of this machine"),
        (["--username", "Ann Lee"], "--username 'Ann Lee' is not a valid name"),
        (["--database-url", "postgresql://ann:hidden@127.0.0.1:1/x"], "PostgreSQL at 127.0.0.1:1/x cannot be used"),
        (["--database-url", "mysql://127.0.0.1/x"], "must begin with postgresql://"),
        (["--database-url", "postgresql://ann:hidden@127.0.0.1:port/x"], "cannot be read; it looks like"),
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(start: Start, arguments: list[str], words: str) -> None:
    refusal = start(*arguments).wait_for_refusal()

    assert words in refusal
    assert "hidden" not in refusal


def test_data_of_another_postgres_version_are_refused(start: Start, directory: Path) -> None:
    pg_dir = directory / "data" / "pg"
    pg_dir.mkdir(parents=True)
    (directory / "data").chmod(0o711)
    (pg_dir / "PG_VERSION").write_text("16\n")

    refusal = start().wait_for_refusal()

    assert "holds data of PostgreSQL 16, and this runfolio brings PostgreSQL 18" in refusal


def test_a_data_directory_that_cannot_be_is_refused(start: Start, directory: Path) -> None:
    (directory / "file").write_text("")

    refusal = start(data_dir=directory / "file" / "data").wait_for_refusal()

    assert re.search(r"The data directory .* cannot be written \(Not a directory\)", refusal)


def test_another_database_serves_as_well_and_its_users_stay(start: Start, directory: Path) -> None:
    elsewhere = directory / "elsewhere"
    elsewhere.mkdir(mode=0o711)
    postgres = EmbeddedPostgres(elsewhere)
    url = postgres.start()
    try:
        first = start("--database-url", url, "--username", "ann")
        first.wait_until_ready()
        assert first.username() == "ann"
        assert not (first.data_dir / "pg").exists()
        assert first.interrupt() == 0

        second = start(data_dir=directory / "second", environment={"RUNFOLIO_DATABASE_URL": url})
        second.wait_until_ready()

        assert "WANDB_API_KEY" not in second.out
        assert not list(second.data_dir.glob("api-key*"))
        assert second.interrupt() == 0
    finally:
        postgres.stop()


def test_the_password_of_the_database_is_in_no_argument_of_the_worker(start: Start) -> None:
    server = start()
    server.wait_until_ready()

    listed = subprocess.run(
        ["ps", "-o", "args=", "-p", str(server.worker_pid)], check=True, capture_output=True, text=True
    ).stdout

    assert listed.split()[1:] == ["-P", "-m", "runfolio_server.worker"]


@pytest.mark.parametrize("is_confirmed", [True, False], ids=["user made", "user not made"])
def test_a_start_that_died_while_making_the_user_is_completed_by_the_next(start: Start, is_confirmed: bool) -> None:
    first = start()
    first.wait_until_ready()
    key = first.key
    assert first.interrupt() == 0
    # As if the process had died after writing the key: before the database had it, or after.
    new_key = key if is_confirmed else "0" * 40
    (first.data_dir / "api-key").unlink()
    (first.data_dir / "api-key.new").write_text(f"{new_key}\n")

    second = start()
    second.wait_until_ready()

    assert (second.data_dir / "api-key").exists() == is_confirmed
    assert (f"WANDB_API_KEY={key}" in second.out) == is_confirmed
    assert not (second.data_dir / "api-key.new").exists()
