"""Several workers, of which some are stopped for a while: each crash is declared once, and none wrongly."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from runfolio_server.actions.listening import tell_that_it_listens
from runfolio_server.serve.child_process import settings_in_environment
from runfolio_server.settings import read_settings
from runfolio_server.sql.runs.listening import SELECT_LISTENED
from runfolio_server.sql.runs.runs import MARK_SILENT_RUNS_CRASHED
from runfolio_server.worker.crash_detection import mark_silent_runs
from tests.service import Service

SILENCE_S = 4
WORKERS = 3
SILENT, LIVING = 20, 5
TIMEOUT_S = 300.0


async def _changes(service: Service, like: str) -> dict[str, list[str]]:
    """The states that each run came into, by its name."""
    async with service.database.connection() as connection:
        rows = await connection._raw.fetch(
            "SELECT r.name, e.detail ->> 'to' FROM run_event AS e JOIN runs AS r USING (run_id)"
            " WHERE r.name LIKE $1 AND e.kind IN ('run_made', 'run_state_changed') ORDER BY r.name, e.number",
            like,
        )
    found: dict[str, list[str]] = {}
    for name, state in rows:
        found.setdefault(name, []).append(state)
    return found


async def _silent_run(service: Service, name: str) -> None:
    await service.start_run(name)
    async with service.database.connection() as connection:
        await connection.script(f"UPDATE runs SET heartbeat_at = now() - interval '1 hour' WHERE name = '{name}'")


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


async def _until_crashed(service: Service, like: str) -> None:
    while True:
        if all("crashed" in states for states in (await _changes(service, like)).values()):
            return
        await asyncio.sleep(0.2)


@asynccontextmanager
async def _workers(service: Service) -> AsyncIterator[list[subprocess.Popen[bytes]]]:
    settings = read_settings(
        {},
        database_url=service.settings.database_url,
        data_dir=str(service.settings.data_dir),
        heartbeat_timeout_s=str(SILENCE_S),
    )
    environment = {**os.environ, **settings_in_environment(settings), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "runfolio_server.worker"]
    started = [_start(command, environment) for _ in range(WORKERS)]
    listening = asyncio.create_task(tell_that_it_listens(service.database, SILENCE_S))
    try:
        yield started
    finally:
        listening.cancel()
        for worker in started:
            worker.send_signal(signal.SIGCONT)
            worker.terminate()
        for worker in started:
            await asyncio.to_thread(worker.wait)


@pytest.mark.slow
async def test_workers_that_are_stopped_now_and_then_declare_each_crash_once_and_none_wrongly(
    service: Service,
) -> None:
    chance = random.Random(13)

    async def live(name: str) -> None:
        while True:
            await service.stream(f"ada/p/{name}", {})
            await asyncio.sleep(SILENCE_S / 8)

    async def disturb(workers: list[subprocess.Popen[bytes]]) -> None:
        while True:
            worker = chance.choice(workers)
            worker.send_signal(signal.SIGSTOP)
            await asyncio.sleep(chance.uniform(0.1, 1.5))
            worker.send_signal(signal.SIGCONT)
            await asyncio.sleep(chance.uniform(0.0, 0.3))

    for number in range(LIVING):
        await service.start_run(f"living-{number}")
    async with _workers(service) as workers:
        jobs = [asyncio.create_task(live(f"living-{number}")) for number in range(LIVING)]
        jobs.append(asyncio.create_task(disturb(workers)))
        for number in range(SILENT):
            await service.start_run(f"silent-{number:02}")
            await asyncio.sleep(0.1)
        await asyncio.wait_for(_until_crashed(service, "silent-%"), 60)
        # Whoever was stopped looks again.
        await asyncio.sleep(2.0)
        for job in jobs:
            job.cancel()
        silent, living = await _changes(service, "silent-%"), await _changes(service, "living-%")

    assert {f"silent-{number:02}": ["running", "crashed"] for number in range(SILENT)} == silent
    assert {f"living-{number}": ["running"] for number in range(LIVING)} == living


async def test_a_worker_that_waits_for_another_declares_nothing_twice(service: Service) -> None:
    await _silent_run(service, "held")

    async with service.database.transaction() as connection:
        await connection.rows(MARK_SILENT_RUNS_CRASHED, "running", TIMEOUT_S)
        second = asyncio.create_task(mark_silent_runs(service.database, TIMEOUT_S))
        await asyncio.sleep(0.2)
        waits = not second.done()

    assert (True, 0) == (waits, await second)


async def test_a_worker_that_was_stopped_after_it_looked_takes_no_run_for_silent_that_has_spoken(
    service: Service,
) -> None:
    await _silent_run(service, "speaks")

    async with service.database.transaction() as connection:
        listened = await connection.row(SELECT_LISTENED, TIMEOUT_S, 30.0)
        await service.stream("ada/p/speaks", {})
        marked = await connection.rows(MARK_SILENT_RUNS_CRASHED, "running", TIMEOUT_S)

    assert listened is not None
    assert [] == marked


async def test_a_worker_that_is_stopped_while_it_declares_is_given_up_soon(service: Service) -> None:
    """Whoever is stopped in a transaction keeps runs from being heard."""
    await _silent_run(service, "soon")
    async with service.database.connection() as connection:
        await connection.script(
            "CREATE TABLE told (timeout text);"
            "CREATE FUNCTION tell_timeout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO told VALUES (current_setting('idle_in_transaction_session_timeout')); RETURN NEW; END $$;"
            "CREATE TRIGGER tell_timeout BEFORE UPDATE ON runs FOR EACH ROW WHEN (NEW.state = 'crashed')"
            " EXECUTE FUNCTION tell_timeout()"
        )

    assert 1 == await mark_silent_runs(service.database, TIMEOUT_S)

    async with service.database.connection() as connection:
        told = await connection._raw.fetchval("SELECT string_agg(timeout, ',') FROM told")
        usual = await connection._raw.fetchval("SHOW idle_in_transaction_session_timeout")
        await connection.script("DROP TRIGGER tell_timeout ON runs; DROP FUNCTION tell_timeout; DROP TABLE told")
    assert ("10s", "5min") == (told, usual)
