"""Runs of thousands of keys as Arrow and Parquet: all keys at once, in a file that is written in bounded memory."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from runfolio_server.actions.exports import history as export_history
from runfolio_server.history.reading import arrow
from tests.history_service import compact_some, log_rows
from tests.server.test_history_export import export
from tests.service import Service

KEYS = 1500
STEPS = 30


@pytest.fixture(scope="module")
async def wide(service: Service) -> pa.Table:
    """What was logged to ada/p/wide, as a table: numbers of both kinds and text, each row with most keys."""
    chance = random.Random(1)
    texts = ["a", "ä"]

    def value(number: int) -> float | str:
        if number % 3 == 0:
            return chance.choice(texts)
        return chance.random() if number % 3 == 1 else chance.randrange(9)

    keys = [f"k{number:04}" for number in range(KEYS)]
    rows = [
        {"_step": step, **{key: value(number) for number, key in enumerate(keys) if chance.random() < 0.9}}
        for step in range(STEPS)
    ]
    await service.start_run("wide")
    await log_rows(service, "ada/p/wide", rows[:20])
    await compact_some(service.database)
    await log_rows(service, "ada/p/wide", rows[20:], offset=20)
    return pa.table({key: [row.get(key) for row in rows] for key in ["_step", *keys]})


@pytest.mark.parametrize("form", ["arrow", "parquet"])
@pytest.mark.parametrize("group_values", [arrow.ROW_GROUP_VALUES, 10 * KEYS])
async def test_all_keys_of_a_wide_run_come_back(
    service: Service, wide: pa.Table, form: str, group_values: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrow, "ROW_GROUP_VALUES", group_values)

    found, _ = await export(service, f"ada/p/wide/history.{form}")

    assert wide.to_pylist() == found.to_pylist()


async def test_a_sample_of_all_keys_of_a_wide_run_has_rows_of_it(service: Service, wide: pa.Table) -> None:
    found, _ = await export(service, "ada/p/wide/history.arrow", samples=5)

    rows = wide.to_pylist()
    assert 5 == found.num_rows
    assert all(row == rows[row["_step"]] for row in found.to_pylist())


async def test_more_keys_than_allowed_are_refused_with_their_number(
    service: Service, wide: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_history, "KEYS_MAX", KEYS - 1)

    response = await service.http.get("/export/ada/p/wide/history.arrow", headers=service.headers("ada"))

    assert 400 == response.status_code
    assert f"allowed: {KEYS - 1}, so name" in response.json()["errors"][0]["message"]
