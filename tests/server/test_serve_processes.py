"""Several processes of the API behind one port: they stand in for each other, and are replaced one by one."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import httpx
import pytest

from tests.bucket import in_a_directory
from tests.server.running_serve import Start, is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_each_process_of_the_api_answers_and_one_that_is_killed_is_started_again(start: Start) -> None:
    server = start("--processes", "2")
    server.wait_until_ready()
    first, second = server.api_pids
    os.kill(first, signal.SIGSTOP)
    assert server.answers()
    os.kill(first, signal.SIGCONT)
    os.kill(second, signal.SIGSTOP)
    assert server.answers()

    os.kill(second, signal.SIGKILL)

    assert server.answers()
    wait_until(lambda: len(set(server.api_pids) - {second}) == 2, "a new process")
    assert re.search(r"Process \d of the API ended \(signal 9\); starting it again.", server.err)
    assert server.interrupt() == 0
    assert not is_running(first)


def test_processes_of_the_api_are_replaced_one_by_one_while_requests_are_answered(start: Start) -> None:
    server = start("--processes", "2")
    server.wait_until_ready()
    former = set(server.api_pids)

    server.process.send_signal(signal.SIGUSR2)
    answered = 0
    while "Replaced 2 processes of the API" not in server.out:
        assert server.username()
        answered += 1

    assert answered
    assert not former & set(server.api_pids)
    assert len(server.api_pids) == 2


@in_a_directory
def test_an_api_that_cannot_start_ends_serve_with_its_reason(start: Start, directory: Path) -> None:
    (directory / "data").mkdir(mode=0o711)
    (directory / "data" / "objects").write_text("no directory")

    server = start()

    assert server.process.wait(30) == 1
    assert "of the API did not start; the lines above say why." in server.err
    assert not (server.data_dir / "pg" / "postmaster.pid").exists()


def test_the_metrics_of_one_process_tell_of_all_that_live(start: Start) -> None:
    server = start("--processes", "2")
    server.wait_until_ready()

    def told() -> set[int]:
        text = httpx.get(f"{server.url}/metrics", auth=("api", server.key), timeout=10).text
        return set(map(int, re.findall(r'^runfolio_process_cpu_seconds_total\{process="(\d+)"\} [\d.]+$', text, re.M)))

    assert set(server.api_pids) == told()
    gone = server.api_pids[0]
    os.kill(gone, signal.SIGKILL)
    wait_until(lambda: len(told() - {gone}) == 2, "a new process tells of itself")

    assert set(server.api_pids) == told()


def test_processes_that_start_while_serve_is_killed_end_and_leave_their_port_to_the_next(start: Start) -> None:
    first = start("--processes", "2")
    first.wait_until_ready()
    port = first.url.rpartition(":")[2]
    os.kill(killed := first.api_pids[0], signal.SIGKILL)
    wait_until(lambda: len(set(first.api_pids) - {killed}) == 2, "a process begins to start")
    former = first.api_pids

    first.kill()
    # Of two options the last one counts.
    second = start("--processes", "2", "--port", port)
    second.wait_until_ready()

    assert second.answers()
    wait_until(lambda: not any(map(is_running, former)), "the processes of the killed one end")
