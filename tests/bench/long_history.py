"""A very long run and a very wide one: written, compacted, sampled, scanned, by a real server; times and memory.

RUNFOLIO_BENCH_LONG_STEPS, RUNFOLIO_BENCH_WIDE_STEPS and RUNFOLIO_BENCH_WIDE_KEYS set the sizes. Floors are COPY and
binary SELECT of the same numbers, from a table with a column per key (of the wide run: an array), in a process of
their own, so that the client's memory is the client's.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

import asyncpg
import httpx
import pyarrow as pa
import pyarrow.ipc

import runfolio
from tests.bench.long_floor import copy_long, copy_wide, select_long, select_long_rows, select_wide, select_wide_rows
from tests.bench.long_rows import (
    LONG_KEYS,
    LONG_STEPS,
    SPARSE_KEY,
    WIDE_KEYS,
    WIDE_STEPS,
    long_batches,
    long_tables,
    sparse_steps,
    wide_batches,
    wide_key,
    wide_tables,
)
from tests.bench.whole_server import MB, MemoryWatch, WholeServer, directory_bytes, whole_server

SAMPLES = 1000
PAGE_ROWS = 1000
WIDE_PAGE_ROWS = 100
PROGRESS_PAUSE_S = 5.0
DRAIN_PAUSE_S = 0.2
PATIENCE_S = 3600.0

BACKLOG = """
SELECT (SELECT coalesce(sum(next_line), 0)::bigint FROM run_stream), coalesce(sum(n), 0)::bigint,
  coalesce(sum(octet_length(body)), 0)::bigint, coalesce(extract(epoch FROM now() - min(received_at)), 0)::float8
FROM history_tail
"""
SIZE = """
SELECT sum(pg_total_relation_size(oid))::bigint
FROM pg_class
WHERE relname = 'history_chunk'
"""
"""The tail is empty by then, and what it took is used again."""
METRICS = """query($run: String!, $key: String!) { project(entityName: "ada", name: "long") { run(name: $run) {
  metric(key: $key) { count min max mean argmin } } } }"""


def main() -> None:
    """Write both runs, read them, print."""
    with whole_server() as server, MemoryWatch(server.pid) as watch:
        bench = Bench(server, watch)
        with runfolio.Api(server.base_url, server.key, timeout=PATIENCE_S) as api:
            bench.api = api
            with watch.stretch() as idle:
                api.viewer  # noqa: B018 - connects
            print(f"idle: {idle}")
            bench.long_run()
            bench.wide_run()
        print(f"peak of everything: {watch.peak}")
        print(f"data directory: {directory_bytes(server.data_dir) / MB:.0f} MB, log of PostgreSQL's changes included")


class Bench:
    """The server under measurement and what is asked of it."""

    api: runfolio.Api

    def __init__(self, server: WholeServer, watch: MemoryWatch) -> None:
        self._server = server
        self._watch = watch
        self._http = httpx.Client(
            base_url=server.base_url, headers={"Authorization": f"Bearer {server.key}"}, timeout=PATIENCE_S
        )

    def long_run(self) -> None:
        """The long run: three metrics, one of which has 26 points. Logged row by row, and read as logged by columns."""
        floor = in_process(copy_long, self._server.database_url)
        points = 2 * LONG_STEPS + len(sparse_steps())
        print(f"long: {LONG_STEPS:,} steps × 3; COPY {floor:.1f} s")
        self._write("long-rows", "run.log", log_rows(long_batches()), points, floor)
        run = self._write("long", "run.log_columns", log_tables(long_tables()), points, floor)
        middle = LONG_STEPS // 2
        expected = [(step, float(step)) for step in sparse_steps()]
        self._read("scan by the sparse key", lambda: scanned(run, SPARSE_KEY), expected, select_long_rows)
        self._read("keys", lambda: {key.name: key.count for key in run.metric_keys()}.get(LONG_KEYS[0]), LONG_STEPS)
        self._read("aggregates of one metric", lambda: self._metric("long", LONG_KEYS[0])["count"], LONG_STEPS)
        for keys in (LONG_KEYS[:1], [*LONG_KEYS, SPARSE_KEY]):
            self._read(f"sample of {SAMPLES:,}, {len(keys)} metrics", self._sampled("long", keys), SAMPLES)
        self._read(f"sample of {SAMPLES:,} rows", lambda: len(run.history(samples=SAMPLES, pandas=False)), SAMPLES)
        self._read(
            f"page of {PAGE_ROWS:,} rows in the middle",
            lambda: [row["_step"] for row in page_of(run, middle, PAGE_ROWS)],
            list(range(middle, middle + PAGE_ROWS)),
        )
        self._read("one metric as Arrow", self._table("long", LONG_KEYS[0]), LONG_STEPS, select_long)

    def wide_run(self) -> None:
        """The wide run: each row has every key."""
        floor = in_process(copy_wide, self._server.database_url)
        points = WIDE_STEPS * WIDE_KEYS + len(sparse_steps(WIDE_STEPS))
        print(f"wide: {WIDE_STEPS:,} steps × {WIDE_KEYS:,}; COPY {floor:.1f} s")
        self._write("wide-columns", "run.log_columns", log_tables(wide_tables()), points, floor)
        run = self._write("wide", "run.log", log_rows(wide_batches()), points, floor)
        middle = WIDE_STEPS // 2
        expected = [(step, float(step)) for step in sparse_steps(WIDE_STEPS)]
        self._read("scan by the sparse key", lambda: scanned(run, SPARSE_KEY), expected)
        self._read("keys", lambda: len(run.metric_keys()), WIDE_KEYS + 4)
        self._read("aggregates of one metric", lambda: self._metric("wide", wide_key(7))["count"], WIDE_STEPS)
        self._read("sample of 1,000, 1 metric", self._sampled("wide", [wide_key(7)]), min(SAMPLES, WIDE_STEPS))
        self._read("one metric as Arrow", self._table("wide", wide_key(7)), WIDE_STEPS, select_wide)
        self._read(
            f"page of {WIDE_PAGE_ROWS} whole rows in the middle",
            lambda: len(page_of(run, middle, WIDE_PAGE_ROWS)),
            WIDE_PAGE_ROWS,
            select_wide_rows,
        )
        self._read("500 whole rows, evenly spaced", lambda: len(run.history(samples=500, pandas=False)), 500)
        self._read(f"{PAGE_ROWS:,} whole rows", lambda: len(page_of(run, 0, PAGE_ROWS)), min(PAGE_ROWS, WIDE_STEPS))

    def _write(
        self, name: str, how: str, log: Callable[[runfolio.Run], None], points: int, floor: float
    ) -> runfolio.Run:
        """Log a run, and wait until it is compacted."""
        url = self._server.database_url
        before = asyncio.run(fetch(url, SIZE))[0]
        with self._watch.stretch() as peak, progress(url):
            begin = time.perf_counter()
            with self.api.create_run("ada/long", id=name) as run:
                log(run)
            stored = time.perf_counter() - begin
            while asyncio.run(fetch(url, BACKLOG))[1]:
                time.sleep(DRAIN_PAUSE_S)
            drained = time.perf_counter() - begin
        size = asyncio.run(fetch(url, SIZE))[0] - before
        print(
            f"  {how}: {stored:.1f} s until stored ({points / stored:,.0f} points/s, {stored / floor:.1f} × COPY),"
            f" {drained:.1f} s until compacted ({drained / floor:.1f} ×); {size / points:.2f} bytes a point,"
            f" {size / MB:.0f} MB\n    {peak}",
            flush=True,
        )
        return run

    def _read(
        self, what: str, ask: Callable[[], object], expected: object, select: Callable[[str], float] | None = None
    ) -> None:
        with self._watch.stretch() as peak:
            begin = time.perf_counter()
            found = ask()
            seconds = time.perf_counter() - begin
        assert expected == found, (what, expected, found)
        floor = "" if select is None else in_process(select, self._server.database_url)
        ratio = f", SELECT {floor:.3f} s, ratio {seconds / floor:.2f}" if isinstance(floor, float) else ""
        print(f"  {what}: {seconds:.3f} s{ratio}\n    {peak}", flush=True)

    def _metric(self, run: str, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.query(METRICS, {"run": run, "key": key})["project"]["run"]["metric"]
        return found

    def _table(self, run: str, key: str) -> Callable[[], int]:
        def read() -> int:
            with self._http.stream("GET", f"/export/ada/long/{run}/history.arrow", params={"keys": key}) as response:
                response.raise_for_status()
                return int(pa.ipc.open_stream(Pieces(response.iter_bytes())).read_all().num_rows)

        return read

    def _sampled(self, run: str, keys: list[str]) -> Callable[[], int]:
        def read() -> int:
            params: list[tuple[str, str | int | float | bool | None]] = [("keys", key) for key in keys]
            response = self._http.get(f"/export/ada/long/{run}/history.arrow", params=[*params, ("samples", SAMPLES)])
            return int(pa.ipc.open_stream(response.raise_for_status().content).read_all().num_rows)

        return read


class Pieces:
    """Pieces of an answer as the file that Arrow reads from."""

    closed = False

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer at the end only."""
        found = [self._rest]
        length = len(self._rest)
        while size < 0 or length < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            found.append(piece)
            length += len(piece)
        whole = b"".join(found)
        size = len(whole) if size < 0 else size
        self._rest = whole[size:]
        return whole[:size]


def log_rows(batches: Iterator[list[dict[str, Any]]]) -> Callable[[runfolio.Run], None]:
    """Row by row."""

    def log(run: runfolio.Run) -> None:
        for rows in batches:
            for row in rows:
                run.log(row)

    return log


def log_tables(tables: Iterator[dict[str, Any]]) -> Callable[[runfolio.Run], None]:
    """Column by column, so many rows at once."""

    def log(run: runfolio.Run) -> None:
        for table in tables:
            run.log_columns(table)

    return log


def scanned(run: runfolio.Run, key: str) -> list[tuple[int, float]]:
    """Step and value of every row that has the key."""
    return [(row["_step"], row[key]) for row in run.scan_history(keys=[key], page_size=PAGE_ROWS)]


def page_of(run: runfolio.Run, first: int, rows: int) -> list[dict[str, Any]]:
    """Whole rows of so many steps, in one request."""
    return list(run.scan_history(page_size=rows, min_step=first, max_step=first + rows))


def in_process(work: Callable[[str], float], url: str) -> float:
    """What it answers, from a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processes:
        return processes.submit(work, url).result()


async def fetch(url: str, query: str) -> asyncpg.Record:
    """The first row."""
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetchrow(query)
        assert found is not None
        return found
    finally:
        await connection.close()


@contextmanager
def progress(url: str) -> Iterator[None]:
    """Tell now and then how far writing and compaction are."""
    ended = threading.Event()
    begin = time.monotonic()

    def tell() -> None:
        while not ended.wait(PROGRESS_PAUSE_S):
            lines, waiting, size, lag = asyncio.run(fetch(url, BACKLOG))
            print(
                f"    {time.monotonic() - begin:6.1f} s: {lines:,} lines stored, {waiting:,} of them not compacted"
                f" ({size / MB:.1f} MB), the oldest for {lag:.1f} s",
                flush=True,
            )

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


if __name__ == "__main__":
    main()
