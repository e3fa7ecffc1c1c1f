"""Runs that are long or wide: read part by part, they come out as if they were read at once, whatever is compacted."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from runfolio_server.answer_budget import AnswerBudget
from runfolio_server.errors import AnswerTooLarge
from runfolio_server.history.reading import long_sample, sample, scan
from runfolio_server.ingest import compact
from runfolio_server.ingest.compact import compact_stream
from runfolio_server.sql.history.history import StoredRow
from tests.sql.logged_run import LoggedRun, Row, run, shuffled_rows
from tests.unit.history_rows import seen

__all__ = ["run"]

KEYS = ["loss", "acc"]


def curves(count: int) -> list[Row]:
    """Rows of two metrics, the second in every third row, and some text."""
    generator = random.Random(3)
    return [
        {"_step": step, "loss": generator.random(), "note": f"row {step}"}
        | ({"acc": generator.random()} if step % 3 == 0 else {})
        for step in range(count)
    ]


async def pages_of(run: LoggedRun, *, limit: int) -> list[scan.Page]:
    """Every page of whole rows; none but the only one is empty."""
    pages = [await scan.scan(run.database, run.run_id, "history", limit=limit)]
    while pages[-1].has_next:
        pages.append(await scan.scan(run.database, run.run_id, "history", after=pages[-1].end, limit=limit))
        assert pages[-1].rows
    return pages


async def log_in_parts(run: LoggedRun, rows: list[Row]) -> None:
    """Some of the rows as segments, some as batches."""
    for first in range(0, len(rows), 100):
        await run.log(rows[first : first + 100], first_line=first)
        if first % 300 == 0:
            await run.compact()


@pytest.mark.parametrize("arguments", [{"keys": KEYS}, {"keys": ["loss"], "x_axis": "acc"}, {"keys": ["loss"]}, {}])
async def test_a_sample_of_parts_is_the_sample_of_the_whole(
    run: LoggedRun, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any]
) -> None:
    await log_in_parts(run, curves(2000))
    whole = await run.sample(samples=50, **arguments)

    monkeypatch.setattr(sample, "ROWS_AT_ONCE", 150)
    monkeypatch.setattr(long_sample, "ROWS_AT_ONCE", 150)

    assert 50 == len(whole)
    assert whole == await run.sample(samples=50, **arguments)


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_a_sample_of_rows_that_are_too_large_for_an_answer_is_refused(run: LoggedRun, is_compacted: bool) -> None:
    await run.log(curves(300))
    if is_compacted:
        await run.compact()

    with pytest.raises(AnswerTooLarge, match=r"more than 1000 bytes of text, .* most of it is rows"):
        await run.sample(AnswerBudget(bytes_max=1000), samples=100)


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_a_page_of_wide_rows_ends_early_and_the_next_goes_on(
    run: LoggedRun, monkeypatch: pytest.MonkeyPatch, is_compacted: bool
) -> None:
    rows: list[Row] = [{"_step": step, **{f"key {key}": key / 7 for key in range(50)}} for step in range(400)]
    await run.log(rows)
    if is_compacted:
        await run.compact()
    monkeypatch.setattr(scan, "PAGE_BYTES", 10_000)
    monkeypatch.setattr(scan, "VALUES_AT_ONCE", 500)
    monkeypatch.setattr(scan, "FIRST_ROWS", 3)

    pages = await pages_of(run, limit=1000)

    texts = [text for page in pages for text in page.rows]
    assert [f'"_step":{step},' in text for step, text in enumerate(texts)] == [True] * len(rows)
    assert len(pages) > 10
    assert max(sum(map(len, page.rows)) for page in pages) < 2 * 10_000
    assert max(len(page.rows) for page in pages) < 20


async def test_a_page_of_wide_rows_ends_where_a_segment_ends(run: LoggedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Row] = [{"_step": step, **{f"key {key}": key / 7 for key in range(50)}} for step in range(100)]
    monkeypatch.setattr(compact, "MERGED_SEGMENTS", 100)
    for first in range(0, len(rows), 10):
        await run.log(rows[first : first + 10], first_line=first)
        await run.compact()
    size = sum(len(json.dumps(row, separators=(",", ":"))) for row in rows[:10])
    fetched: list[int] = []

    fetch_rows = scan.fetch_rows

    async def counted(*arguments: Any, **options: Any) -> list[StoredRow]:
        found = await fetch_rows(*arguments, **options)
        fetched.append(len({row.piece for row in found}))
        return found

    monkeypatch.setattr(scan, "fetch_rows", counted)
    monkeypatch.setattr(scan, "FIRST_ROWS", 1)
    # Each segment is more than half a page, and two are more than a page.
    monkeypatch.setattr(scan, "PAGE_BYTES", int(size * 0.9))
    pages = await pages_of(run, limit=1000)

    assert [list(range(first, first + 10)) for first in range(0, 100, 10)] == [
        [json.loads(text)["_step"] for text in page.rows] for page in pages
    ]
    # None is fetched twice.
    assert [1] * 10 == fetched


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("limit", [1000, 4])
async def test_pages_that_end_early_have_every_row_once_in_the_total_order(
    run: LoggedRun, monkeypatch: pytest.MonkeyPatch, seed: int, limit: int
) -> None:
    generator = random.Random(seed)
    next_line = {"": 0, "other": 0}
    for _ in range(20):
        writer = generator.choice(["", "other"])
        # Steps repeat, in one piece and in several.
        rows = shuffled_rows(generator, generator.randrange(1, 20))
        await run.log(rows, first_line=next_line[writer], writer=writer)
        next_line[writer] += len(rows)
        if generator.random() < 0.5:
            await run.compact(writer=writer)
    monkeypatch.setattr(scan, "PAGE_BYTES", 200)
    monkeypatch.setattr(scan, "FIRST_ROWS", 3)

    pages = await pages_of(run, limit=limit)

    assert [seen(row) for row in run.expected()] == [seen(json.loads(text)) for page in pages for text in page.rows]
    assert len(pages) > 5


async def test_segments_of_wide_rows_are_merged_within_their_bound(
    run: LoggedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "MERGED_VALUES_MAXIMUM", 10_000)
    rows: list[Row] = [{"_step": step, **{f"key {key}": key / 7 for key in range(99)}} for step in range(640)]

    for first in range(0, len(rows), 4):
        await run.log(rows[first : first + 4], first_line=first)
        await run.compact()

    sizes = [count for key, _, count in await run.chunk_keys() if key == "\\#"]
    assert sum(sizes) == len(rows)
    assert len(sizes) < len(rows) / 4 / 5
    # Merged ones are up to as large as may be, and then left alone.
    assert 40 <= max(sizes) <= 110
    assert rows == await run.scan()


async def test_a_segment_ends_where_it_takes_too_much_memory(run: LoggedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "SEGMENT_BYTES_MAXIMUM", 9 * 2 * 100)
    monkeypatch.setattr(compact, "TEXT_BYTES_AT_ONCE", 1000)
    rows: list[Row] = [{"_step": step, "loss": step / 7} for step in range(1000)]
    for first in range(0, len(rows), 50):
        await run.log(rows[first : first + 50], first_line=first)

    while await compact_stream(run.database, run.run_id, "history", "", 0):
        pass

    sizes = [count for key, _, count in await run.chunk_keys() if key == "\\#"]
    assert sum(sizes) == len(rows)
    assert 100 <= max(sizes) <= 150
    assert rows == await run.scan()
