"""Old events go in bounded steps; a reader that comes too late for some is told so, and no other is."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest

from runfolio_server.domain.state_change import StateCause
from runfolio_server.errors import CursorExpired
from runfolio_server.events import sweep
from runfolio_server.events.reader import BEGINNING, EventCursor, EventPage, EventSource, read_events
from runfolio_server.events.state_log import count_state_changes, state_changes_page
from runfolio_server.events.sweep import EVENTS_PER_RUN, OTHERS_KEPT_MAX, sweep_events_once
from runfolio_server.events.writer import StateMove, write_state_changes
from runfolio_server.sql.events.events import SELECT_LONG_LOGS
from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.pool import Database
from tests.sql.databases import tables_sql
from tests.sql.logged_run import INSERT_RUN

# So many of a run's log, each a second younger than the one before; the last one is so many seconds old.
INSERT_LOG = Query(
    "insert_log",
    """
    INSERT INTO run_event (run_id, number, kind, entity_id, project_id, at, detail)
    SELECT $1, n, 'run_state_changed', 1, 1, now() - make_interval(secs => $3 + $2 - n),
      '{"to": "running", "cause": "batch"}'
    FROM generate_series(1, $2::int) AS n
    """,
    NoRow,
)
INSERT_OTHERS = Query(
    "insert_others",
    """
    INSERT INTO event (kind, entity_id, object_id, at)
    SELECT 'api_key_revoked', 1, gen_random_uuid(), now() - make_interval(secs => $2) FROM generate_series(1, $1::int)
    """,
    NoRow,
)
DAY_S = 86_400.0


@pytest.fixture(autouse=True)
async def nothing_before(database: Database) -> None:
    """Each test counts all events."""
    async with database.connection() as connection:
        await connection.script("TRUNCATE run_event, event, event_horizon")


async def _log(database: Database, count: int, youngest_s: float) -> UUID:
    run_id = uuid4()
    async with database.connection() as connection:
        await connection.execute(INSERT_RUN, str(run_id))
        await connection.execute(INSERT_LOG, run_id, count, youngest_s)
    return run_id


async def _others(database: Database, count: int, age_s: float) -> None:
    async with database.connection() as connection:
        await connection.execute(INSERT_OTHERS, count, age_s)


async def _read(database: Database, source: EventSource, after: EventCursor, limit: int = 10) -> EventPage:
    async with database.connection() as connection:
        return await read_events(connection, source, after, limit=limit)


async def _numbers(database: Database, run_id: UUID, after: int | None = None) -> list[int]:
    async with database.connection() as connection:
        return [row.number for row in await state_changes_page(connection, run_id, after, 10_000)]


async def test_the_newest_thousand_changes_of_a_run_stay_however_old_they_are(database: Database) -> None:
    long, short = await _log(database, 1005, 400 * DAY_S), await _log(database, 1000, 400 * DAY_S)

    assert [5, 0] == [await sweep_events_once(database) for _ in range(2)]
    assert list(range(6, 1006)) == await _numbers(database, long)
    assert list(range(1, 1001)) == await _numbers(database, short)


async def test_what_is_younger_than_an_hour_stays_even_of_a_run_with_too_many(database: Database) -> None:
    run_id = await _log(database, 1005, 3600 - 1002.5)

    # The first two are older than an hour, and so are no others.
    assert 2 == await sweep_events_once(database)
    async with database.connection() as connection:
        assert 1003 == await count_state_changes(connection, run_id)


async def test_a_log_that_was_swept_counts_on(database: Database) -> None:
    run_id = await _log(database, 1005, DAY_S)
    await sweep_events_once(database)

    async with database.transaction() as connection:
        await write_state_changes(connection, [StateMove(run_id, "running", "crashed")], StateCause.SILENCE)

    assert [1006] == await _numbers(database, run_id, after=1005)


async def test_a_page_of_a_log_after_a_change_that_was_swept_is_refused(database: Database) -> None:
    run_id = await _log(database, 1005, DAY_S)
    await sweep_events_once(database)

    assert 1000 == len(await _numbers(database, run_id, after=5))
    with pytest.raises(CursorExpired):
        await _numbers(database, run_id, after=4)


async def test_many_steps_sweep_a_run_with_very_many_changes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "EVENTS_AT_ONCE", 7)
    await _log(database, 1100, DAY_S)

    assert 100 == await sweep_events_once(database)


async def test_other_events_go_after_a_week(database: Database) -> None:
    await _others(database, 3, 8 * DAY_S)
    await _others(database, 2, 6 * DAY_S)

    assert [3, 0] == [await sweep_events_once(database) for _ in range(2)]
    assert 2 == len((await _read(database, EventSource.OTHERS, BEGINNING)).events)


async def test_other_events_go_when_there_are_too_many_but_not_before_an_hour(database: Database) -> None:
    await _others(database, 4, 2 * 3600.0)
    await _others(database, OTHERS_KEPT_MAX + 1, 60.0)

    assert 4 == await sweep_events_once(database)


@pytest.mark.parametrize("source", EventSource)
async def test_a_reader_that_comes_too_late_is_told_and_no_other_is(database: Database, source: EventSource) -> None:
    if source is EventSource.RUNS:
        await _log(database, 1005, DAY_S)
    else:
        await _others(database, 5, 8 * DAY_S)
        await _others(database, 1000, 60.0)
    first = (await _read(database, source, BEGINNING, 4)).cursor
    last_swept = (await _read(database, source, first, 1)).cursor

    await sweep_events_once(database)

    with pytest.raises(CursorExpired, match="not kept any more"):
        await _read(database, source, first)
    assert 1000 == len((await _read(database, source, last_swept, 2000)).events)
    assert 1000 == len((await _read(database, source, BEGINNING, 2000)).events)


def test_the_statement_and_the_index_have_the_number_that_is_kept() -> None:
    sql = SELECT_LONG_LOGS.sql

    assert {str(EVENTS_PER_RUN)} == set(re.findall(r"> (\d+)", sql))
    assert f"max(e.number) - {EVENTS_PER_RUN - 1}\n" in sql
    assert f"CREATE INDEX run_event_long ON run_event (run_id, number) WHERE number > {EVENTS_PER_RUN};" in tables_sql()
