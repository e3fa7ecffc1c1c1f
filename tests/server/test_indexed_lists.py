"""Lists over GraphQL before and after the worker has made an index for their order: the same pages, from the index."""

from __future__ import annotations

import json

import pytest

from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.index_sql import order_index
from runfolio_server.sql.run_lists.indexes import OrderIndexes
from runfolio_server.worker.index_upkeep import RUNS_MIN, USES_MIN, keep_indexes_once
from tests.service import Service

ORDER = "-summary_metrics.acc"
FILL = f"""
INSERT INTO projects (entity_id, name, created_by, run_counter)
SELECT entity_id, 'large', user_id, {RUNS_MIN} FROM users JOIN entities USING (entity_id) WHERE name = 'ada';
INSERT INTO runs (run_id, project_id, name, display_name, state, created_by, config, summary)
SELECT gen_random_uuid(), project_id, 'run' || n, 'Run', 'finished', created_by, jsonb_build_object('n', n),
  CASE WHEN n % 3 = 0 THEN '{{}}' ELSE jsonb_build_object('acc', n % 100) END
FROM projects, generate_series(1, {RUNS_MIN}) AS n WHERE name = 'large';
"""
PAGE = """
query($order: String, $filters: JSONString, $after: String) {
  project(name: "large") {
    runs(order: $order, filters: $filters, after: $after, first: 500) {
      edges { node { name } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""


async def _pages(service: Service, order: str, filters: str | None, after: str | None = None) -> list[list[str]]:
    found = []
    while True:
        answer = await service.graphql(PAGE, order=order, filters=filters, after=after)
        runs = answer.data["project"]["runs"]
        found.append([edge["node"]["name"] for edge in runs["edges"]])
        after = runs["pageInfo"]["endCursor"]
        if not runs["pageInfo"]["hasNextPage"]:
            return found


@pytest.mark.parametrize("filters", [None, json.dumps({"config.n": {"$lt": 900}}), json.dumps({"config.n": 77})])
async def test_pages_are_the_same_before_and_after_the_worker_has_made_an_index(
    service: Service, filters: str | None
) -> None:
    async with service.database.connection() as connection:
        await connection._raw.execute("DELETE FROM run_order_use; DELETE FROM runs; DELETE FROM projects;" + FILL)
        project: int = await connection._raw.fetchval("SELECT project_id FROM projects")
    index = order_index(project, "summary_metrics.acc")
    service.app.state.order_indexes = indexes = OrderIndexes()
    orders = (ORDER, "+summary.acc")

    before = [await _pages(service, order, filters) for order in orders for _ in range(USES_MIN)]
    cursor = (await service.graphql(PAGE, order=ORDER)).data["project"]["runs"]["pageInfo"]["endCursor"]
    async with service.database.connection() as connection:
        await indexes.exchange(connection)
        made, _ = await keep_indexes_once(service.database, service.settings.database_url, {})
        await indexes.exchange(connection)
    after = [await _pages(service, order, filters) for order in orders for _ in range(USES_MIN)]
    followed = await _pages(service, ORDER, None, cursor)
    async with service.database.connection() as connection:
        chosen = await indexes.choose(connection, project, RunQuery.parse(None, ORDER))

    assert index.name in made
    assert before == after
    # A cursor from before the index goes on along it.
    assert (await _pages(service, ORDER, None))[1:] == followed
    assert chosen is not None
    assert index == chosen.index
    assert RUNS_MIN == chosen.runs
