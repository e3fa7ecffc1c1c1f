"""Rows of runs on disk: what a run writes while it logs stays on its page, however large its config is."""

from __future__ import annotations

import json
import random

import pytest

from tests.sql.databases import RawConnection, connected

RUNS = 6
UPDATES = 30
COUNTS = (
    "SELECT pg_stat_get_tuples_updated('runs'::regclass) AS updated,"
    " pg_stat_get_tuples_hot_updated('runs'::regclass) AS hot, pg_relation_size('runs') AS bytes"
)
START = (
    "SELECT FROM start_run(gen_random_uuid(), $1, 'r' || $2::int, 'a-b', $3,"
    """ '{"tags": ["t"], "group_name": "g", "job_type": "train"}', $4, $4::text::jsonb, NULL, NULL)"""
)
LOG = (
    "UPDATE runs SET heartbeat_at = clock_timestamp(), summary = $2::text::jsonb, summary_text = $2"
    " WHERE name = 'r' || $1::int"
)


def _document(draw: random.Random, keys: int) -> str:
    return json.dumps({f"parameter_{key}": draw.random() for key in range(keys)})


async def _project(connection: RawConnection) -> tuple[int, int]:
    row = await connection.fetchrow(
        "WITH e AS (INSERT INTO entities (name) VALUES ('owner' || random()) RETURNING entity_id),"
        " u AS (INSERT INTO users (entity_id) SELECT entity_id FROM e RETURNING user_id, entity_id)"
        " INSERT INTO projects (entity_id, name, created_by) SELECT entity_id, 'p', user_id FROM u"
        " RETURNING project_id, created_by"
    )
    assert row is not None
    return row["project_id"], row["created_by"]


@pytest.mark.parametrize("keys", [5, 20, 60, 150])
async def test_runs_that_log_side_by_side_stay_on_their_pages(database_url: str, keys: int) -> None:
    draw = random.Random(keys)
    async with connected(database_url) as connection:
        await connection.execute("TRUNCATE runs")
        project_id, user_id = await _project(connection)
        for number in range(RUNS):
            await connection.fetch(START, project_id, number, user_id, _document(draw, keys))
            # The first summary may find the page full.
            await connection.execute(LOG, number, _document(draw, keys // 2))
        await connection.execute("SELECT pg_stat_force_next_flush()")
        before = await connection.fetchrow(COUNTS)

        for _ in range(UPDATES):
            for number in range(RUNS):
                await connection.execute(LOG, number, _document(draw, keys // 2))

        await connection.execute("SELECT pg_stat_force_next_flush()")
        after = await connection.fetchrow(COUNTS)
    assert before is not None
    assert after is not None
    updated, hot = (after[name] - before[name] for name in ("updated", "hot"))
    assert RUNS * UPDATES == updated
    assert hot >= 0.9 * updated
    assert after["bytes"] <= RUNS * 3 * 8192
