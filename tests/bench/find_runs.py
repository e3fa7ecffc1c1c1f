"""Row "W3 page": the first 50 of 5,000 runs by three conditions and an order, over HTTP, against one SQL statement.

The floor is a lean table with config and summary as jsonb and no index, asked by asyncpg with bare casts, for the same
runs and the same columns. 50 different queries; each answer is compared with what Python finds. Floor and ours
alternate; of each query the least of the rounds counts, and of these the median is printed.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import time
from dataclasses import dataclass

import asyncpg

from tests.bench.run_seeds import TAGS, SeededRun, seeded_run
from tests.bench.run_service import GraphQL, make_indexes, run_filled, running_postgres, running_server

RUNS = 5000
PAGE = 50
QUERIES = 50
ROUNDS = 9
DATABASE = "runfolio_bench_find"
ORDERED_BY = "summary_metrics.acc"

DOCUMENT = """
query($filters: JSONString, $order: String, $project: String!, $after: String) {
  project(name: $project, entityName: "ada") {
    runs(first: 50, filters: $filters, order: $order, after: $after) {
      edges { node { name displayName state tags createdAt config summaryMetrics } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
LEAN = """
CREATE TABLE lean AS
SELECT run_id, name, display_name, state, tags, created_at, config, summary FROM runs;
ANALYZE lean;
"""
FLOOR = """
SELECT name, display_name, state, tags, created_at, config, summary
FROM lean
WHERE (config ->> 'lr')::float8 < $1 AND (summary ->> 'loss')::float8 <= $2 AND tags && $3::text[]
ORDER BY (summary ->> 'acc')::float8 DESC NULLS LAST, created_at DESC
LIMIT 50
"""


@dataclass(frozen=True)
class Search:
    """One query: `config.lr < lr and summary.loss <= loss and tag in (tags)`."""

    lr: float
    loss: float
    tags: list[str]

    @property
    def filters(self) -> str:
        """As the `filters` argument."""
        return json.dumps(
            {
                "config.lr": {"$lt": self.lr},
                "summary_metrics.loss": {"$lte": self.loss},
                "tags": {"$in": self.tags},
            }
        )

    def answer(self, runs: list[SeededRun]) -> list[str]:
        """What Python finds, of runs that are in order of creation."""
        found = [
            run
            for run in reversed(runs)
            if run.config["lr"] < self.lr and run.summary["loss"] <= self.loss and set(run.tags) & set(self.tags)
        ]
        found.sort(key=lambda run: ("acc" not in run.summary, -run.summary.get("acc", 0.0)))
        return [run.name for run in found[:PAGE]]


def searches(count: int) -> list[Search]:
    """Different queries, which let 2 to 18 of 100 runs through."""
    draw = random.Random(3)
    return [Search(10 ** draw.uniform(-4, -1), draw.uniform(0.5, 2), draw.sample(TAGS, 3)) for _ in range(count)]


def ask(http: GraphQL, project: str, filters: str | None, order: str, after: str | None = None) -> list[str]:
    """The names on a page."""
    data = http.execute(DOCUMENT, project=project, filters=filters, order=order, after=after)
    return [edge["node"]["name"] for edge in data["project"]["runs"]["edges"]]


def main() -> None:
    """Measure and print."""
    runs = [seeded_run(number) for number in range(RUNS)]
    asked = searches(QUERIES)
    expected = [search.answer(runs) for search in asked]
    print(f"first {PAGE} of {RUNS} runs by 3 conditions, by acc descending; {QUERIES} queries, {ROUNDS} rounds of each")
    with running_postgres() as url, asyncio.Runner() as runner:
        filled = run_filled(url, DATABASE, {"p": RUNS})
        connection = runner.run(asyncpg.connect(filled.url, server_settings={"jit": "off"}))
        runner.run(connection.execute(LEAN))
        with running_server(filled) as http:
            _measure(runner, connection, http, asked, expected, "without an index")
        runner.run(make_indexes(filled, ["p"], ORDERED_BY))
        with running_server(filled) as http:
            _measure(runner, connection, http, asked, expected, "with the index that the worker makes")
        runner.run(connection.close())


def _measure(
    runner: asyncio.Runner,
    connection: asyncpg.Connection[asyncpg.Record],
    http: GraphQL,
    asked: list[Search],
    expected: list[list[str]],
    how: str,
) -> None:
    floor: list[list[float]] = [[] for _ in asked]
    ours: list[list[float]] = [[] for _ in asked]
    for _ in range(ROUNDS):
        for number, search in enumerate(asked):
            start = time.perf_counter()
            rows = runner.run(connection.fetch(FLOOR, search.lr, search.loss, search.tags))
            floor[number].append(time.perf_counter() - start)
            filters = search.filters
            start = time.perf_counter()
            names = ask(http, "p", filters, f"-{ORDERED_BY}")
            ours[number].append(time.perf_counter() - start)
            assert expected[number] == names, search
            assert expected[number] == [row["name"] for row in rows], search
    least = [1000 * statistics.median(min(times) for times in kind) for kind in (ours, floor)]
    usual = [1000 * statistics.median(statistics.median(times) for times in kind) for kind in (ours, floor)]
    print(
        f"{how:38} {least[0]:6.2f} ms, floor {least[1]:6.2f} ms: {least[0] / least[1]:5.2f} ×"
        f"   (median round {usual[0]:.2f} and {usual[1]:.2f} ms)"
    )


if __name__ == "__main__":
    main()
