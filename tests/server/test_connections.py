"""One request, however much it asks for, leaves connections to PostgreSQL for the others."""

from __future__ import annotations

import asyncio

import msgspec

from runfolio_server.endpoints.graphql import CONNECTIONS_MAX
from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.pool import Connection
from tests.service import Service

FIELDS = 50


class WaitingRow(msgspec.Struct, frozen=True):
    """How many statements wait for a lock."""

    count: int


LOCK_RUNS = Query("lock_runs", "LOCK TABLE runs IN ACCESS EXCLUSIVE MODE", NoRow)
COUNT_WAITING = Query(
    "count_waiting",
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    WaitingRow,
)


async def _waiting(connection: Connection) -> int:
    row = await connection.row(COUNT_WAITING)
    return row.count if row else 0


async def test_fields_that_wait_for_the_database_hold_few_connections(service: Service) -> None:
    assert service.settings.pool_size > CONNECTIONS_MAX + 2
    await service.start_run("r")
    fields = " ".join(f'a{number}: runValues(field: "config.k{number}") {{ value }}' for number in range(FIELDS))

    async with service.database.connection() as watching:
        async with service.database.transaction() as locking:
            await locking.execute(LOCK_RUNS)
            heavy = asyncio.create_task(service.graphql(f'{{ project(name: "p") {{ {fields} }} }}'))
            while await _waiting(watching) < CONNECTIONS_MAX and not heavy.done():  # noqa: ASYNC110 - asks PostgreSQL
                await asyncio.sleep(0.01)
            # As many more as there are connections would all be waiting by now.
            answers = [await service.graphql("{ viewer { username } projects { totalCount } }") for _ in range(20)]
            most = await _waiting(watching)
        answer = await heavy

    assert CONNECTIONS_MAX == most
    assert [1] * 20 == [one.data["projects"]["totalCount"] for one in answers]
    assert FIELDS == len(answer.data["project"])
