"""Rows "growth": the page of find_runs.py in projects of 1,000 to 100,000 runs, its order from an index; and the rest.

`RUNFOLIO_BENCH_RUNS=1000,100000,1000000` sets the sizes; a million runs take 5 GB and some minutes to write. All
projects are in one database. Rounds go over the sizes in turn; wall time over HTTP, the least of the rounds, and of
several queries the median.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import time
from collections.abc import Callable

from tests.bench.find_runs import ORDERED_BY, PAGE, ask, searches
from tests.bench.run_seeds import SeededRun, seeded_run
from tests.bench.run_service import GraphQL, make_indexes, run_filled, running_postgres, running_server

SIZES = "1000,5000,100000"
QUERIES = 20
ROUNDS = 5
SLOW_ROUNDS = 2
DEEP_PAGE = 1000
CHECKED_RUNS_MAX = 100_000
"""Python's own answers are found up to this size."""
DATABASE = "runfolio_bench_growth"

CURSORS = """
query($project: String!, $order: String, $after: String, $first: Int) {
  project(name: $project, entityName: "ada") {
    runs(first: $first, order: $order, after: $after) { pageInfo { hasNextPage endCursor } }
  }
}
"""
COUNT = """
query($project: String!, $filters: JSONString) {
  project(name: $project, entityName: "ada") { runs(first: 0, filters: $filters) { totalCount } }
}
"""
GROUPS = """
query($project: String!) {
  project(name: $project, entityName: "ada") {
    runGroups(by: ["config.model"], metrics: ["summary_metrics.loss"]) { groups { runCount metrics { mean } } }
  }
}
"""
FACETS = """
query($project: String!) {
  project(name: $project, entityName: "ada") { runValues(field: "tags") { value runCount } }
}
"""


def main() -> None:
    """Measure and print."""
    sizes = {f"p{size}": int(size) for size in os.environ.get("RUNFOLIO_BENCH_RUNS", SIZES).split(",")}
    with running_postgres() as url:
        filled = run_filled(url, DATABASE, sizes)
        start = time.perf_counter()
        asyncio.run(make_indexes(filled, list(sizes), ORDERED_BY))
        print(f"indexes of all projects made in {time.perf_counter() - start:.1f} s")
        with running_server(filled) as http:
            _print(sizes, "first page, 3 conditions, indexed order", _pages(http, sizes))
            places = {project: _deep(http, project) for project, size in sizes.items() if size > DEEP_PAGE * PAGE}
            for name, rounds, asking in _others(http, places):
                _print(sizes, name, _measure(sizes, rounds, asking))


def _pages(http: GraphQL, sizes: dict[str, int]) -> dict[str, float]:
    """Seconds by project: the median over the queries of the least over the rounds. Answers are checked."""
    asked = searches(QUERIES)
    known = [seeded_run(number) for number in range(min(CHECKED_RUNS_MAX, max(sizes.values())))]
    seconds: dict[str, list[list[float]]] = {project: [[] for _ in asked] for project in sizes}
    for round_number in range(ROUNDS):
        for number, search in enumerate(asked):
            for project, size in sizes.items():
                start = time.perf_counter()
                names = ask(http, project, search.filters, f"-{ORDERED_BY}")
                seconds[project][number].append(time.perf_counter() - start)
                if round_number == 0 and size <= len(known):
                    runs: list[SeededRun] = known[:size]
                    assert search.answer(runs) == names, (project, search)
    return {project: statistics.median(map(min, found)) for project, found in seconds.items()}


def _deep(http: GraphQL, project: str) -> str:
    """The cursor before page DEEP_PAGE."""
    after = None
    for _ in range((DEEP_PAGE - 1) * PAGE // 1000):
        data = http.execute(CURSORS, project=project, order=f"-{ORDERED_BY}", first=1000, after=after)
        after = data["project"]["runs"]["pageInfo"]["endCursor"]
    rest = (DEEP_PAGE - 1) * PAGE % 1000
    data = http.execute(CURSORS, project=project, order=f"-{ORDERED_BY}", first=rest, after=after)
    found: str = data["project"]["runs"]["pageInfo"]["endCursor"]
    return found


def _others(http: GraphQL, places: dict[str, str]) -> list[tuple[str, int, Callable[[str, int], object]]]:
    """Name, rounds, and what to do for a project of so many runs; False: nothing to measure."""
    filters = searches(1)[0].filters
    rare = json.dumps({"config.kind": "rare"})

    def deep(project: str, _: int) -> object:
        return project in places and ask(http, project, None, f"-{ORDERED_BY}", places[project])

    def rarest(project: str, size: int) -> object:
        beyond = json.dumps({"config.seed": {"$gte": size - 3}})
        return len(ask(http, project, beyond, f"-{ORDERED_BY}")) == 3

    return [
        ("first page, no filter, indexed order", ROUNDS, lambda p, _: ask(http, p, None, f"-{ORDERED_BY}")),
        ("first page, no filter, oldest first", ROUNDS, lambda p, _: ask(http, p, None, "+created_at")),
        (f"page {DEEP_PAGE}, indexed order", ROUNDS, deep),
        ("rare: equality in config (0.05 %)", ROUNDS, lambda p, _: ask(http, p, rare, "+created_at") or True),
        ("the same in an indexed order", ROUNDS, lambda p, _: ask(http, p, rare, f"-{ORDERED_BY}") or True),
        ("rare: 3 runs by a range, indexed order", SLOW_ROUNDS, rarest),
        (
            "first page, 3 conditions, no index",
            SLOW_ROUNDS,
            lambda p, _: ask(http, p, filters, "-summary_metrics.loss"),
        ),
        ("count of all", SLOW_ROUNDS, lambda p, _: http.execute(COUNT, project=p, filters=None)),
        ("count, 3 conditions", SLOW_ROUNDS, lambda p, _: http.execute(COUNT, project=p, filters=filters)),
        ("groups by config.model with aggregates", SLOW_ROUNDS, lambda p, _: http.execute(GROUPS, project=p)),
        ("facets of tags", SLOW_ROUNDS, lambda p, _: http.execute(FACETS, project=p)),
    ]


def _measure(sizes: dict[str, int], rounds: int, asking: Callable[[str, int], object]) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for _ in range(rounds):
        for project, size in sizes.items():
            start = time.perf_counter()
            if asking(project, size) is not False:
                taken = time.perf_counter() - start
                seconds[project] = min(taken, seconds.get(project, taken))
    return seconds


def _print(sizes: dict[str, int], name: str, seconds: dict[str, float]) -> None:
    shown = [f"{size:,}: {1000 * seconds[project]:.1f} ms" for project, size in sizes.items() if project in seconds]
    ratio = max(seconds.values()) / seconds[next(iter(seconds))] if seconds else 0.0
    print(f"{name:40} {'   '.join(f'{text:>22}' for text in shown)}   {ratio:8.1f} × the smallest", flush=True)


if __name__ == "__main__":
    main()
