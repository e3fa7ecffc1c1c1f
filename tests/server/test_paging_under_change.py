"""A run that exists while a list is paged is on exactly one page, whatever is made, changed and deleted meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from runfolio_server.sql.named import NoRow, Query
from tests.runs_in_bulk import START, SeededRun, make_project, seed_runs
from tests.server.found_runs import ask, ask_on_the_wire, page_of
from tests.service import Service

RUNS = 2000
PAGE_RUNS = 50
# One of the churning statements; each changes rows all over the project.
CHANGE = Query(
    "change",
    "UPDATE runs SET updated_at = now(), heartbeat_at = now(), notes = $2,"
    " summary = summary || jsonb_build_object('moving', $3::float8) WHERE project_id = $1 AND hashtext(name) % 7 = $4",
    NoRow,
)
DELETE = Query("delete", "UPDATE runs SET deleted_at = now() WHERE project_id = $1 AND name = ANY ($2)", NoRow)


def _run(name: str, number: int) -> SeededRun:
    """Few distinct values, so that most runs share a sort key with many others, and some have none."""
    values: list[object] = [0.1, 1, "text", None, True, [1], float("nan"), {"a": 1}]
    config = {"key": values[number % 8]} if number % 9 else {}
    summary = {"loss": number % 11 / 10} if number % 5 else {}
    return SeededRun(name, config, summary, created_at=START + timedelta(seconds=number // 3))


@pytest.mark.parametrize("order", [None, "-created_at", "+config.key", "-config.key", "-summary_metrics.loss,+state"])
async def test_every_run_that_stays_is_seen_exactly_once(service: Service, order: str | None) -> None:
    stay = {f"stay{number}" for number in range(0, RUNS, 2)}
    runs = [_run(f"{'go' if number % 2 else 'stay'}{number}", number) for number in range(RUNS)]
    project = await make_project(service, f"churn {order}", runs)
    seen: list[str] = []

    async with _churning(service, project) as rounds:
        after = None
        has_next = True
        while has_next:
            page = page_of(await (ask_on_the_wire if order else ask)(service, project, None, order, PAGE_RUNS, after))
            seen += page.names
            after, has_next = page.end_cursor, page.has_next
            # The writer gets its turn between pages too, not only beside them.
            await asyncio.sleep(0)

    assert rounds[0] > 5, "the project did change"
    assert len(seen) == len(set(seen))
    assert stay == {name for name in seen if name.startswith("stay")}


async def test_every_run_that_keeps_matching_is_seen_exactly_once(service: Service) -> None:
    runs = [_run(f"{'go' if number % 2 else 'stay'}{number}", number) for number in range(RUNS)]
    project = await make_project(service, "churn filtered", runs)
    filters = {"$or": [{"config.key": {"$in": [1, "text", None]}}, {"summary_metrics.loss": {"$gte": 0.5}}]}
    before = await _all(service, project, filters)

    async with _churning(service, project):
        seen = await _all(service, project, filters)

    assert len(seen) == len(set(seen))
    assert {name for name in before if name.startswith("stay")} == {name for name in seen if name.startswith("stay")}


async def _all(service: Service, project: str, filters: object) -> list[str]:
    names: list[str] = []
    after = None
    while True:
        page = page_of(await ask(service, project, filters, "-config.key", PAGE_RUNS, after))
        names += page.names
        if not page.has_next:
            return names
        after = page.end_cursor


@asynccontextmanager
async def _churning(service: Service, project: str) -> AsyncIterator[list[int]]:
    """Runs called `go…` disappear and others appear, everywhere in the list, and all are changed; counts its rounds."""
    rounds = [0]
    ended = asyncio.Event()
    chance = random.Random(1)
    project_id = int(
        (await service.graphql("query($p: String) { project(name: $p) { internalId } }", p=project)).data["project"][
            "internalId"
        ]
    )

    async def churn() -> None:
        while not ended.is_set():
            number = rounds[0]
            gone = [f"go{chance.randrange(1, RUNS, 2)}" for _ in range(20)]
            async with service.database.transaction() as connection:
                await connection.execute(CHANGE, project_id, f"note {number}", chance.random(), number % 7)
                await connection.execute(DELETE, project_id, gone)
            made = [_run(f"go-new-{number}-{one}", chance.randrange(RUNS)) for one in range(20)]
            await seed_runs(service, project, made)
            rounds[0] += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(churn())
    try:
        yield rounds
    finally:
        ended.set()
        await task
