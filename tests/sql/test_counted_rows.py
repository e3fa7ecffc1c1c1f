"""Which rows of a run count: every reader leaves out the same ones, wherever they lie and whatever holds them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from runfolio_server.answer_budget import AnswerBudget
from runfolio_server.history.reading.keys import last_row, list_keys
from runfolio_server.history.reading.mean_curve import mean_curve_of_runs
from runfolio_server.history.reading.metric import summarise_metric
from runfolio_server.history.reading.pieces import Branch
from runfolio_server.history.reading.run_pages import Wanted
from runfolio_server.history.reading.sample import sample
from runfolio_server.history.reading.scan import scan
from runfolio_server.history.reading.table import read_all
from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.pool import Database
from tests.sql.logged_run import INSERT_RUN, LoggedRun, Row, run

__all__ = ["run"]

CUT = Query("cut", "UPDATE run_stream SET counts_to = $2 WHERE run_id = $1", NoRow)
SHARE = Query(
    "share",
    "INSERT INTO shared_stream (run_id, view_id, stream, writer, epoch, reader_id, past_line, counts_to)"
    " VALUES ($1, $2, 'history', '', 0, $2, $3, $4)",
    NoRow,
)
INHERIT = Query(
    "inherit",
    "INSERT INTO run_stream (run_id, stream, writer, epoch, next_line, taken_up, kept, inherits)"
    " VALUES ($1, 'history', '', 1, $2, $2, $2, ARRAY[$3::uuid])",
    NoRow,
)
LAYOUTS = ("in the tail", "in a chunk", "in both", "in many pieces")


def rows(count: int, first: int = 0) -> list[Row]:
    """Of steps that are even numbers; a key that only the last ones have, and one that ends early."""
    return [
        {"_step": 2 * n, "loss": 1 / (n + 1), "nested": {"n": n}, **({"early": n} if n < 5 else {"late": str(n)})}
        for n in range(first, first + count)
    ]


async def log_as(run: LoggedRun, layout: str, logged: Sequence[Row]) -> None:
    parts = 7 if layout == "in many pieces" else 2
    size = -(-len(logged) // parts)
    for first in range(0, len(logged), size):
        await run.log(logged[first : first + size], first_line=first)
        if layout == "in many pieces" or (layout == "in both" and first == 0):
            await run.compact()
    if layout == "in a chunk":
        await run.compact()


async def check_readers(database: Database, run_id: UUID, expected: Sequence[dict[str, Any]]) -> None:
    """Each reader answers what these rows come to."""
    page = await scan(database, run_id, "history", limit=len(expected) + 10)
    assert list(expected) == [json.loads(row) for row in page.rows]
    one_by_one, after = [], None
    while True:
        page = await scan(database, run_id, "history", after=after, limit=3, keys=["loss"])
        one_by_one += [json.loads(row)["_step"] for row in page.rows]
        if not page.has_next:
            break
        after = page.end
    assert [row["_step"] for row in expected] == one_by_one

    for wanted in (None, ["loss"]):
        with AnswerBudget().reading("rows") as reading:
            texts = await sample(database, run_id, "history", keys=wanted, samples=1000, reading=reading)
        assert [row["_step"] for row in expected] == [json.loads(text)["_step"] for text in texts]

    last = await last_row(database, run_id, "history")
    assert (expected[-1] if expected else None) == (None if last is None else json.loads(last))

    keys = {key.name: key for key in (await list_keys(database, [run_id], "history"))[run_id]}
    for name in ("loss", "late", "early"):
        having = [row for row in expected if name in row]
        assert bool(having) == (name in keys)
        if having:
            assert (len(having), having[0]["_step"], having[-1]["_step"], json.dumps(having[-1][name])) == (
                keys[name].count,
                keys[name].first_step,
                keys[name].last_step,
                json.dumps(json.loads(keys[name].last or "null")),
            )

    other = uuid4()
    with AnswerBudget().reading("rows") as reading:
        tables = await read_all(
            database, [other, run_id, other], Wanted("history", ("loss",)), values_max=10**6, reading=reading
        )
    assert [row["_step"] for row in expected] == tables[1].steps.tolist()
    assert [row["loss"] for row in expected] == tables[1].columns[0].values()

    [metric] = await summarise_metric(database, [run_id], "history", "loss")
    assert (len(expected), max((row["_step"] for row in expected), default=None)) == (metric.count, metric.last_step)
    curve = await mean_curve_of_runs(database, [run_id], "history", "loss", 1000)
    assert [row["loss"] for row in expected] == pytest.approx(curve.mean.tolist())


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("step", [-1.0, 9.0, 37.5, 78.0])
async def test_a_row_behind_the_end_of_its_stream_is_in_no_answer(run: LoggedRun, layout: str, step: float) -> None:
    logged = rows(40)
    await log_as(run, layout, logged)

    async with run.database.connection() as connection:
        await connection.execute(CUT, run.run_id, step)

    await check_readers(run.database, run.run_id, [row for row in logged if row and row["_step"] <= step])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("step", "past_line"), [(37.5, 2**62), (1000.0, 12)])
async def test_rows_that_another_run_has_count_as_a_runs_own(
    run: LoggedRun, layout: str, step: float, past_line: int
) -> None:
    """The other run is cut meanwhile, which is its own affair."""
    logged = rows(40)
    await log_as(run, layout, logged)
    fork = LoggedRun(run.database, uuid4())
    async with run.database.connection() as connection:
        await connection.execute(INSERT_RUN, str(fork.run_id))
        await connection.execute(SHARE, run.run_id, fork.run_id, past_line, step)
        await connection.execute(INHERIT, fork.run_id, 3, run.run_id)
        await connection.execute(CUT, run.run_id, 4.0)
    inherited = [row for line, row in enumerate(logged) if row and row["_step"] <= step and line < past_line]
    own = rows(10, first=100)
    await fork.log(own, first_line=3, epoch=1)

    await check_readers(run.database, fork.run_id, [*inherited, *[row for row in own if row]])
    await fork.compact(epoch=1)
    await check_readers(run.database, fork.run_id, [*inherited, *[row for row in own if row]])
    await check_readers(run.database, run.run_id, [row for row in logged if row and row["_step"] <= 4])


async def test_a_branch_is_read_by_the_runs_that_hold_its_rows(run: LoggedRun) -> None:
    await log_as(run, "in both", rows(40))
    view_id = uuid4()
    async with run.database.connection() as connection:
        await connection.execute(SHARE, run.run_id, view_id, 2**62, 50.0)
        await connection.execute(CUT, run.run_id, 4.0)

    page = await scan(run.database, Branch(view_id, (run.run_id,)), "history")
    with AnswerBudget().reading("rows") as reading:
        texts = await sample(
            run.database, Branch(view_id, (run.run_id,)), "history", samples=7, keys=None, reading=reading
        )

    assert list(range(0, 51, 2)) == [json.loads(row)["_step"] for row in page.rows]
    assert (0, 50, 7) == (json.loads(texts[0])["_step"], json.loads(texts[-1])["_step"], len(texts))


async def test_a_process_that_goes_on_after_its_run_was_cut_adds_to_what_was_left(run: LoggedRun) -> None:
    """A new one begins where it is told, and its rows count."""
    await run.log(rows(10))
    async with run.database.connection() as connection:
        await connection.execute(CUT, run.run_id, 8.0)
        await connection.execute(INHERIT, run.run_id, 5, run.run_id)
        await connection.execute(
            Query("none", "UPDATE run_stream SET inherits = NULL WHERE run_id = $1", NoRow), run.run_id
        )

    await run.log(rows(2, first=10), first_line=10)
    await run.log([{"_step": 9, "loss": 1}], first_line=5)
    await run.log(rows(2, first=12), first_line=12)
    await run.log([{"_step": 11, "loss": 1}], first_line=6)

    found = await run.scan()
    assert [0, 2, 4, 6, 8, 9, 11] == [row["_step"] for row in found]
