"""What the server could not hear is no run's silence: it is counted from when somebody listens."""

from __future__ import annotations

import asyncio

import pytest

from runfolio_server.actions.listening import tell_that_it_listens
from runfolio_server.worker.crash_detection import mark_silent_runs
from tests.service import Service

TIMEOUT_S = 300.0


async def _script(service: Service, sql: str) -> None:
    async with service.database.connection() as connection:
        await connection.script(sql)


async def _silent_run(service: Service, name: str) -> None:
    await service.start_run(name)
    await _script(service, f"UPDATE runs SET heartbeat_at = now() - interval '1 hour' WHERE name = '{name}'")


async def _listened(service: Service, since_s: int, until_s: int) -> None:
    """As if somebody had listened from so many seconds ago to so many seconds ago."""
    await _script(
        service,
        f"UPDATE server_listening SET since = now() - interval '{since_s} s', until = now() - interval '{until_s} s'",
    )


async def _tell_once(service: Service) -> None:
    """As a process of the API that has just started does."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(tell_that_it_listens(service.database, TIMEOUT_S), 1)


@pytest.mark.parametrize(
    ("since_s", "until_s", "crashes"),
    [(301, 0, 1), (299, 0, 0), (86_400, 31, 0), (86_400, 29, 1)],
    ids=["just long enough", "not long enough", "nobody listens now", "somebody may still"],
)
async def test_a_run_has_crashed_only_when_somebody_has_listened_all_the_while(
    service: Service, since_s: int, until_s: int, crashes: int
) -> None:
    await _silent_run(service, f"heard-{since_s}-{until_s}")
    await _listened(service, since_s, until_s)

    found = await mark_silent_runs(service.database, TIMEOUT_S)

    assert crashes == found
    await _listened(service, 86_400, 0)
    await mark_silent_runs(service.database, TIMEOUT_S)


async def test_a_server_that_was_down_itself_declares_nobody_crashed_when_it_comes_back(service: Service) -> None:
    await _silent_run(service, "unheard")
    await _listened(service, 86_400, 3600)

    await _tell_once(service)
    back = await mark_silent_runs(service.database, TIMEOUT_S)
    await _script(service, "UPDATE server_listening SET since = since - interval '301 s'")
    later = await mark_silent_runs(service.database, TIMEOUT_S)

    assert (0, 1) == (back, later)


async def test_a_short_break_is_none(service: Service) -> None:
    await _silent_run(service, "restarted")
    await _listened(service, 86_400, 20)

    await _tell_once(service)

    assert 1 == await mark_silent_runs(service.database, TIMEOUT_S)
