"""Slow readers of one machine read one after the other, in whatever processes, with a rest after each statement."""

from __future__ import annotations

import asyncio
import sys
import time

import pytest

from runfolio_server.errors import TooManyRequests
from runfolio_server.process_numbers import new_page
from runfolio_server.sql.slow_lane import SlowLane
from runfolio_server.sql.slow_readers import BUSY_S_MAX
from runfolio_server.sql.turns import Asker, Purpose, Turns

pytestmark = pytest.mark.anyio

SHORT_S = 0.02
LONG_S = 60.0
# Takes the lane of the file that it is given, says so, and holds it until it is killed.
HOLDER = """
import asyncio, sys, time
from runfolio_server.sql.slow_lane import SlowLane

async def hold():
    async with SlowLane(int(sys.argv[1]), 60, time.monotonic).turn():
        print("held", flush=True)
        await asyncio.sleep(600)

asyncio.run(hold())
"""


async def test_a_lane_that_another_process_has_is_refused_in_time_and_free_when_that_process_is_killed() -> None:
    descriptor = new_page(2)
    lane = SlowLane(descriptor, SHORT_S, time.monotonic)
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(descriptor), pass_fds=[descriptor], stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert b"held\n" == await holder.stdout.readline()
    with pytest.raises(TooManyRequests, match="run one after the other"):
        async with lane.turn():
            pytest.fail("two have the lane")
    holder.kill()
    await holder.wait()

    async with lane.turn():
        pass


async def test_after_a_statement_the_lane_rests_as_long_as_it_took() -> None:
    now = 0.0
    lane = SlowLane(None, SHORT_S, lambda: now)

    async with lane.turn():
        now += 5 * SHORT_S
    with pytest.raises(TooManyRequests):
        async with lane.turn():
            pytest.fail("the lane did not rest")
    await asyncio.sleep(5 * SHORT_S)

    async with lane.turn():
        pass


async def under_way(*askers: Asker) -> int:
    """How many statements that filters shape run at once, of one for each."""
    running = 0
    end = asyncio.Event()

    async def run(one: Asker) -> None:
        nonlocal running
        async with one.shaped():
            running += 1
            await end.wait()

    tasks = [asyncio.create_task(run(one)) for one in askers]
    await asyncio.sleep(SHORT_S)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return running


async def test_only_slow_readers_read_in_the_lane_and_only_while_others_ask() -> None:
    turns = Turns(10, LONG_S)
    turns.slow_readers.add("slow", BUSY_S_MAX + 1)
    slow = [Asker(turns, "slow", key, Purpose.READ) for key in (1, 2)]
    changes = [Asker(turns, "slow", key, Purpose.WRITE) for key in (1, 2)]

    alone = await under_way(*slow)
    await Asker(turns, "other", "key", Purpose.READ).take()
    others = [Asker(turns, "other", key, Purpose.READ) for key in (1, 2)]

    assert (2, 1, 2, 2) == (alone, await under_way(*slow), await under_way(*changes), await under_way(*others))
