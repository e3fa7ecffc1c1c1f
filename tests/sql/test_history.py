"""History in the database: tail and chunks read alike."""

from __future__ import annotations

import random
from uuid import uuid4

import pytest

from runfolio_server.domain.dotted_key import find, has
from runfolio_server.history.reading.keys import last_row, list_keys
from runfolio_server.history.reading.long_sample import ROWS_AT_ONCE
from tests.sql.logged_run import (
    STRANGE,
    LoggedRun,
    Row,
    run,
    shuffled_rows,
    steps,
)
from tests.unit.history_rows import seen

__all__ = ["run"]

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_rows_come_back_as_they_were_logged(run: LoggedRun, is_compacted: bool) -> None:
    await run.log(STRANGE)
    if is_compacted:
        assert await run.compact() == len(STRANGE)

    assert [seen(row) for row in await run.scan()] == [seen(row) for row in run.expected()]
    assert [seen(row) for row in await run.scan(limit=2)] == [seen(row) for row in run.expected()]


@pytest.mark.parametrize("seed", range(8))
async def test_a_scan_is_the_same_wherever_compaction_stands(run: LoggedRun, seed: int) -> None:
    generator = random.Random(seed)
    next_line = {"": 0, "other": 0}
    for _ in range(30):
        writer = generator.choice(["", "other"])
        if generator.random() < 0.4:
            await run.compact(writer=writer)
            continue
        rows = shuffled_rows(generator, generator.randrange(1, 20))
        await run.log(rows, first_line=next_line[writer], writer=writer)
        next_line[writer] += len(rows)
    expected = run.expected()

    for limit in (1000, 7):
        assert [seen(row) for row in await run.scan(limit=limit)] == [seen(row) for row in expected]
    assert [seen(row) for row in await run.scan(limit=5, min_step=3, max_step=17)] == [
        seen(row) for row in expected if 3 <= row["_step"] < 17
    ]
    for keys in (["a"], ["nested.key"], ["nested"], ["a", "val.acc"], ["missing"], ["_step", "b"]):
        wanted = [
            {"_step": row["_step"], **{key: find(row, key) for key in keys}}
            for row in expected
            if all(has(row, key) for key in keys)
        ]
        assert [seen(row) for row in await run.scan(limit=6, keys=keys)] == [seen(row) for row in wanted]
        assert [seen(row) for row in await run.sample(keys=keys, samples=1000)] == [seen(row) for row in wanted]
    assert [seen(row) for row in await run.sample(samples=1000)] == [seen(row) for row in expected]


async def test_late_lines_of_a_gap_are_read_in_their_place(run: LoggedRun) -> None:
    await run.log(steps(10))
    await run.log(steps(10, 20), first_line=20)
    assert await run.compact() == 20
    await run.log(steps(10, 10), first_line=10)

    assert await run.scan() == steps(30)
    assert await run.compact() == 10
    assert await run.scan() == steps(30)
    assert [row["_step"] for row in await run.sample(samples=3)] == [0, 14, 29]


async def test_a_new_epoch_follows_at_equal_steps(run: LoggedRun) -> None:
    await run.log(steps(5))
    await run.compact()
    await run.log([{"_step": step, "again": True} for step in range(5)], epoch=1)

    assert await run.scan(limit=3) == run.expected()
    await run.compact(epoch=1)
    assert await run.scan(limit=3) == run.expected()


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_a_sample_keeps_the_extremes_and_the_ends(run: LoggedRun, is_compacted: bool) -> None:
    generator = random.Random(3)
    rows: list[Row] = [{"_step": step, "loss": generator.random(), "acc": generator.random()} for step in range(5000)]
    rows[1234] = {"_step": 1234, "loss": 9.0, "acc": 0.5}
    rows[4321] = {"_step": 4321, "loss": 0.5, "acc": -9}
    rows[77] = {"_step": 77, "loss": float("nan"), "acc": 0.5}
    await run.log(rows)
    if is_compacted:
        await run.compact()

    found = await run.sample(keys=["loss", "acc"], samples=100)

    assert 80 <= len(found) <= 100
    assert found == [row for row in rows if row in found]
    assert {0, 1234, 4321, 4999} <= {row["_step"] for row in found}
    assert found == await run.sample(keys=["loss", "acc"], samples=100)


async def test_a_sample_of_whole_rows_is_evenly_spaced(run: LoggedRun) -> None:
    for batch in range(10):
        await run.log(steps(100, batch * 100), first_line=batch * 100)
        if batch % 2:
            await run.compact()

    found = await run.sample(samples=5)

    assert [row["_step"] for row in found] == [0, 250, 500, 749, 999]
    assert all("loss" in row for row in found)


async def test_a_sample_can_be_drawn_over_another_axis(run: LoggedRun) -> None:
    await run.log(
        [
            {"_step": step, "loss": step, "time": step * 2.0} if step % 2 else {"_step": step, "loss": 1}
            for step in range(10)
        ]
    )

    assert await run.sample(keys=["loss"], x_axis="time", samples=500) == [
        {"_step": step, "time": step * 2.0, "loss": step} for step in range(1, 10, 2)
    ]


@pytest.mark.parametrize("rows_at_once", [ROWS_AT_ONCE, 3])
@pytest.mark.parametrize("is_compacted", [False, True])
async def test_whole_rows_over_another_axis_are_those_that_have_it(
    run: LoggedRun, is_compacted: bool, rows_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runfolio_server.history.reading.sample.ROWS_AT_ONCE", rows_at_once)
    rows = [{"_step": step, "loss": step, **({"time": step * 2.0} if step % 2 else {})} for step in range(10)]
    await run.log(rows[:5])
    if is_compacted:
        await run.compact()
    await run.log(rows[5:], first_line=5)

    assert await run.sample(x_axis="time", samples=500) == [row for row in rows if "time" in row]
    assert await run.sample(x_axis="time", samples=3) == [rows[1], rows[5], rows[9]]
    for keys in (None, ["loss"]):
        assert await run.sample(keys=keys, x_axis="tiem", samples=500) == []


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_keys_are_listed_with_counts_and_last_values(run: LoggedRun, is_compacted: bool) -> None:
    await run.log([{"_step": 5, "loss": 2, "note": "a"}, {"_step": 7, "loss": float("nan"), "nested": {"key": 1}}])
    if is_compacted:
        await run.compact()
    await run.log([{"_step": 9, "loss": "bad", "nested.key": 0.5}], first_line=2)
    other = uuid4()

    found = await list_keys(run.database, [run.run_id, other], "history")

    assert found[other] == []
    assert [
        (key.name, key.count, key.number_count, key.first_step, key.last_step, key.last) for key in found[run.run_id]
    ] == [
        ("_step", 3, 3, 5, 9, "9"),
        ("loss", 3, 2, 5, 9, '"bad"'),
        ("nested.key", 2, 2, 7, 9, "0.5"),
        ("note", 1, 0, 5, 5, '"a"'),
    ]
    assert [(key.low, key.high) for key in found[run.run_id]] == [(5, 9), (2, 2), (0.5, 1), (None, None)]


@pytest.mark.parametrize("compacted", [0, 2, 4])
async def test_a_row_with_a_flat_and_a_nested_key_of_one_name_counts_once(run: LoggedRun, compacted: int) -> None:
    rows: list[Row] = [
        {"_step": 0, "a.b": 1, "a": {"b": 2}},
        {"_step": 1, "a.b": 3},
        {"_step": 2, "a": {"b": 4}},
        {"_step": 3, "a.b": "text", "a": {"b": 5}},
    ]
    await run.log(rows[:2])
    if compacted >= 2:
        await run.compact()
    await run.log(rows[2:], first_line=2)
    if compacted == 4:
        await run.compact()

    (_, found) = (await list_keys(run.database, [run.run_id], "history"))[run.run_id]

    assert ("a.b", 4, 6, 5) == (found.name, found.count, found.value_count, found.number_count)
    assert (1, 5, 0, 3) == (found.low, found.high, found.first_step, found.last_step)


async def test_the_last_row_is_the_last_in_order_of_step(run: LoggedRun) -> None:
    assert await last_row(run.database, run.run_id, "history") is None
    await run.log([{"_step": 1}, {"_step": 9, "a": 1}, {"_step": 9, "a": 2}, {"_step": 3}])

    assert await last_row(run.database, run.run_id, "history") == '{"_step":9,"a":2}'
    await run.compact()
    assert await last_row(run.database, run.run_id, "history") == '{"_step":9,"a":2}'


async def test_steps_at_the_ends_of_float64_do_not_break_a_scan(run: LoggedRun) -> None:
    rows: list[Row] = [{"_step": step} for step in (-1.7e308, 5e-324, 1e-300, 0, 1.7e308, 2**1000)]
    await run.log(rows[:3])
    await run.compact()
    await run.log(rows[3:], first_line=3)

    assert [seen(row) for row in await run.scan(limit=1)] == [seen(row) for row in run.expected()]
    assert await run.scan(limit=1, min_step=5e-324, max_step=1e300) == [{"_step": 5e-324}, {"_step": 1e-300}]
