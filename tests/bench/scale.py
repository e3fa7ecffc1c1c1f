"""Finding runs in projects of 5,000, 100,000 and 1,000,000 runs, each way against the least plain SQL for the same.

`RUNFOLIO_BENCH_RUNS=5000,100000,1000000` sets the sizes; a million runs (20 config and 10 summary values each) take
6 GB and six minutes to write. All projects are in one database. Ours goes over HTTP to a server in a process of its
own; the floor is one statement by asyncpg on the same table with the same standing indexes, and orjson where rows are
read. They alternate, the least of the rounds counts, and both must find the same. The whole table as a DataFrame is
made in processes of their own (table_client.py), which tell the most memory that they ever held.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from tests.bench.find_runs import ORDERED_BY, PAGE, ask
from tests.bench.run_seeds import RawConnection
from tests.bench.run_service import FilledDatabase, GraphQL, make_indexes, run_filled, running_postgres, running_server
from tests.bench.scale_work import BEST_FIRST, LIVING, OLDEST_FIRST, ROWS, Work, first_pages, names_of, whole_projects

SIZES = "5000,100000"
FAST_ROUNDS, SLOW_ROUNDS = 7, 2
DEEP_PAGE = 1000
DATABASE = "runfolio_bench_scale"
SAMPLE_S = 0.05

CURSORS = """
query($p: String!, $order: String, $after: String, $first: Int) {
  project(name: $p, entityName: "ada") {
    runs(first: $first, order: $order, after: $after) { pageInfo { endCursor } }
  }
}
"""


def main() -> None:
    """Measure and print."""
    sizes = {f"p{size}": int(size) for size in os.environ.get("RUNFOLIO_BENCH_RUNS", SIZES).split(",")}
    with running_postgres() as url, asyncio.Runner() as runner:
        start = time.perf_counter()
        filled = run_filled(url, DATABASE, sizes)
        print(f"{sum(sizes.values()):,} runs written in {time.perf_counter() - start:.0f} s")
        runner.run(make_indexes(filled, list(sizes), ORDERED_BY))
        connection = runner.run(asyncpg.connect(filled.url, server_settings={"jit": "off"}, command_timeout=600))
        with running_server(filled) as http:
            for project, size in sizes.items():
                print(f"\n{size:,} runs{'':36}ours        floor      ratio")
                for work in [
                    *first_pages(),
                    *_deep_pages(runner, connection, http, filled, project, size),
                    *whole_projects(),
                ]:
                    _measure(runner, connection, http, filled, project, size, work)
                _table(http, filled, project, size)
        runner.run(connection.close())


def _measure(
    runner: asyncio.Runner,
    connection: RawConnection,
    http: GraphQL,
    filled: FilledDatabase,
    project: str,
    size: int,
    work: Work,
) -> None:
    ours, floor = [], []
    for _ in range(SLOW_ROUNDS if work.is_slow and size > 10_000 else FAST_ROUNDS):
        start = time.perf_counter()
        found = work.ask(http, project, size)
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        records = runner.run(connection.fetch(work.sql, filled.projects[project], *work.arguments(size)))
        if work.has_rows:
            orjson.dumps([dict(record) for record in records], default=str)
        floor.append(time.perf_counter() - start)
        assert work.found(records) == found, (work.name, found, work.found(records))
    _print(work.name, min(ours), min(floor))


def _print(name: str, ours_s: float, floor_s: float, more: str = "") -> None:
    print(f"{name:40} {1000 * ours_s:9.1f} ms {1000 * floor_s:9.1f} ms {ours_s / floor_s:7.2f} ×{more}", flush=True)


def _deep_pages(
    runner: asyncio.Runner, connection: RawConnection, http: GraphQL, filled: FilledDatabase, project: str, size: int
) -> Iterator[Work]:
    """Page DEEP_PAGE behind a cursor; none in a smaller project."""
    behind = (DEEP_PAGE - 1) * PAGE
    if size <= behind + PAGE:
        return
    sql = f"SELECT created_at, run_id {LIVING} ORDER BY created_at, run_id OFFSET $2 LIMIT 1"
    place = runner.run(connection.fetchrow(sql, filled.projects[project], behind - 1))
    assert place is not None
    for name, order, ending, values in (
        ("oldest first", "+created_at", f"AND (created_at, run_id) > ($2, $3) {OLDEST_FIRST}", tuple(place)),
        ("best first", f"-{ORDERED_BY}", f"{BEST_FIRST} OFFSET {behind}", ()),
    ):
        after = _cursor(http, project, order, behind)
        yield Work(
            f"page {DEEP_PAGE}, {name}",
            lambda http, project, _, order=order, after=after: ask(http, project, None, order, after),  # type: ignore[misc]
            f"{ROWS} {ending}",
            names_of,
            lambda _, values=values: values,  # type: ignore[misc]
            is_slow=not values,
            has_rows=True,
        )


def _cursor(http: GraphQL, project: str, order: str, behind: int) -> str | None:
    after = None
    while behind:
        first = min(1000, behind)
        behind -= first
        data = http.execute(CURSORS, p=project, order=order, first=first, after=after)
        after = data["project"]["runs"]["pageInfo"]["endCursor"]
    return after


def _table(http: GraphQL, filled: FilledDatabase, project: str, size: int) -> None:
    """All to pandas, ours and the floor, each in a process of its own that tells its time and memory."""
    rounds = 1 if size > 200_000 else 2
    with _watched(http.pid) as peaks:
        ours = [_child("ours", http.base_url, http.key, project) for _ in range(rounds)]
    floor = [_child("floor", filled.url, str(filled.projects[project])) for _ in range(rounds)]
    assert ours[0]["told"] == floor[0]["told"], (ours[0], floor[0])
    memory = (
        f"\n{'':8}memory: server {max(peaks):.0f} MB PSS at most ({peaks[0]:.0f} before), client "
        f"{max(one['peak_mb'] for one in ours):.0f} MB, floor {max(one['peak_mb'] for one in floor):.0f} MB; "
        f"the table itself {ours[0]['table_mb']:.0f} MB"
    )
    seconds = [min(one["seconds"] for one in kind) for kind in (ours, floor)]
    _print("all to pandas", seconds[0], seconds[1], memory)


def _child(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.table_client", *arguments]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


@contextmanager
def _watched(pid: int) -> Iterator[list[float]]:
    """Megabytes (PSS) of a process: before, and then every SAMPLE_S."""
    found = [_pss_mb(pid)]
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(SAMPLE_S):
            found.append(_pss_mb(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        is_over.set()
        watcher.join()


def _pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    return 0.0


if __name__ == "__main__":
    main()
