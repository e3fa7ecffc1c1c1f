"""What /metrics tells of compaction and of the event loop, and to whom."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from runfolio_server.loop_watch import INTERVAL_S, LoopWatch
from runfolio_server.worker.compaction import compact_once
from tests.history_service import log_rows
from tests.service import Service


async def metrics(service: Service) -> dict[str, float]:
    """The samples of /metrics."""
    response = await service.http.get("/metrics", headers=service.headers("ada"))
    assert 200 == response.status_code
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    samples = [line.rpartition(" ") for line in response.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in samples}


async def test_lines_wait_and_are_counted_once_compacted(service: Service) -> None:
    await service.start_run("counted")
    await log_rows(service, "ada/p/counted", [{"_step": step} for step in range(300)])
    await log_rows(service, "ada/p/counted", [{"_step": step} for step in range(300, 420)], offset=300)

    waiting = await metrics(service)
    await compact_once(service.database, {})
    done = await metrics(service)

    assert (1, 420) == (waiting["runfolio_history_tail_streams"], waiting["runfolio_history_tail_lines"])
    assert waiting["runfolio_history_tail_bytes"] > 0
    assert waiting["runfolio_history_tail_age_seconds"] > 0
    gone = {name for name, value in done.items() if value == 0}
    assert {name for name in done if "tail" in name} <= gone
    assert 420 == (done["runfolio_history_compacted_lines_total"] - waiting["runfolio_history_compacted_lines_total"])


async def test_what_holds_the_loop_up_is_told(service: Service) -> None:
    label = f'{{process="{os.getpid()}"}}'
    watch: LoopWatch = service.app.state.loop_watch
    before, stalls = watch.longest_s, watch.stalls
    time.sleep(before + 0.3)  # noqa: ASYNC251 - it is to hold the loop up
    await asyncio.sleep(2 * INTERVAL_S)

    told = await metrics(service)

    assert before < told[f"runfolio_loop_stall_longest_seconds{label}"]
    assert told[f"runfolio_loop_stall_seconds{label}"] == told[f"runfolio_loop_stall_longest_seconds{label}"]
    assert stalls < told[f"runfolio_loop_stalls_total{label}"]


@pytest.mark.parametrize(("user", "status"), [("eve", 403), (None, 401)])
async def test_only_site_admins_see_the_metrics(service: Service, user: str | None, status: int) -> None:
    response = await service.http.get("/metrics", headers=service.headers(user))

    assert status == response.status_code
    assert "runfolio_history" not in response.text
    assert (
        user is None
        or "Only a site admin may see the metrics; eve is not one." == response.json()["errors"][0]["message"]
    )
