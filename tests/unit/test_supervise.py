"""Supervision: what ends is started again, until the supervisor is cancelled."""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runfolio_server.parent import PARENT_PIPE_VARIABLE, wait_for_parent_to_end
from runfolio_server.serve.child_process import ChildProcess, settings_in_environment
from runfolio_server.serve.supervise import finish_in_thread, keep_running
from runfolio_server.settings import read_settings


class Sleeper:
    """A child that ends when it is killed."""

    name = "The sleeper"

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.starts: queue.SimpleQueue[None] = queue.SimpleQueue()

    def start(self) -> None:
        self.starts.put(None)
        self.process = subprocess.Popen(["sleep", "60"])

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ending(self) -> str:
        return "killed"

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


def test_a_child_that_ends_is_started_again() -> None:
    messages: list[str] = []
    sleeper = Sleeper()
    sleeper.start()
    sleeper.starts.get()

    async def watch() -> None:
        task = asyncio.create_task(keep_running(sleeper, messages.append))
        sleeper.kill()
        await asyncio.to_thread(sleeper.starts.get, timeout=10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(watch())

    assert sleeper.is_running()
    assert messages == ["The sleeper ended (killed); starting it again."]
    sleeper.kill()


def test_a_cancellation_waits_for_the_thread() -> None:
    release = threading.Event()
    finished = threading.Event()

    def work() -> None:
        release.wait()
        finished.set()

    async def cancel() -> None:
        task = asyncio.create_task(finish_in_thread(work))
        await asyncio.sleep(0)
        task.cancel()
        asyncio.get_running_loop().call_later(0.05, release.set)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert finished.is_set()

    asyncio.run(cancel())


def test_settings_survive_the_way_through_the_environment(tmp_path: Path) -> None:
    settings = read_settings({}, port="0", data_dir=str(tmp_path), database_url="postgresql://a:b@c/d?e=f")

    assert read_settings(settings_in_environment(settings)) == settings


def test_the_worker_notices_that_its_parent_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    monkeypatch.setenv(PARENT_PIPE_VARIABLE, str(read))

    async def watch() -> None:
        waiting = asyncio.create_task(wait_for_parent_to_end())
        await asyncio.sleep(0.01)
        assert not waiting.done()
        os.close(write)
        await asyncio.wait_for(waiting, 10)

    asyncio.run(watch())
    os.close(read)


def test_a_worker_without_a_parent_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PARENT_PIPE_VARIABLE, raising=False)

    async def watch() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(wait_for_parent_to_end(), 0.05)

    asyncio.run(watch())


def test_a_worker_that_does_not_end_when_asked_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stubborn_worker.py").write_text(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    monkeypatch.setattr("runfolio_server.serve.child_process.STOP_PATIENCE_S", 0.5)
    worker = ChildProcess("The worker", "stubborn_worker", read_settings({}, data_dir=str(tmp_path)))

    worker.start()
    assert worker.is_running()
    worker.stop()

    assert not worker.is_running()
    assert worker.ending() == f"signal {signal.SIGKILL.value}" or worker.ending() == f"signal {signal.SIGTERM.value}"
