"""History as columns: every value as it was logged, wherever the server keeps it, in pandas, Polars and Arrow."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas
import polars
import pyarrow
import pytest

import runfolio
from runfolio import Api, AsyncApi, HistoryTable
from runfolio_server.history.reading.table import read_tables
from runfolio_server.sql.pool import Database
from tests.client.builders import Logger
from tests.history_service import compact_some
from tests.live_server import LiveServer, in_this_process

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")

COLUMNS: dict[str, list[Any]] = {
    "loss": [2, math.nan, math.inf, -math.inf, -0.0, 0.1, 1e-310],
    "whole": [1, 2, 3, 4, 5, 6, -7],
    "big": [2**53 + 1, 2**62 + 1, -(2**63), 0, 1, 2, 2**63 - 1],
    "gaps": [1, None, None, 4, 5, 6, 7],
    "big_gaps": [2**53 + 1, None, 3, 4, 5, 6, 7],
    "huge": [2**70, 1, 1, 1, 1, 1, 1],
    "flag": [True, False, True, True, True, True, False],
    "maybe": [True, None, False, None, None, None, None],
    "text": ["ä\u0000", "", "NaN", "1", "null", "x", "\U0001f600"],
    "some_text": ["a", None, None, None, None, None, "b"],
    "turns": [1, 2.5, "three", [4], {"five": 5}, None, math.nan],
    "media": [{"_type": "image-file", "n": 1.0}, None, None, None, None, None, {"a": {}}],
    "list": [[1, 2.0, None, "x"], [], None, None, None, [[-0.0]], [2**70]],
    "lone": ["\ud800", "x", None, None, None, None, None],
    "run_id": [0, 1, 2, 3, 4, 5, 6],
    "nested.deep.x": [0.5, None, None, None, None, None, 1],
}
COUNT = 7


def rows() -> list[dict[str, Any]]:
    """The columns as rows; what is None is missing."""
    found = []
    for step in range(COUNT):
        row: dict[str, Any] = {"_step": step * 10}
        row |= {key: values[step] for key, values in COLUMNS.items() if values[step] is not None}
        if "nested.deep.x" in row:
            row["nested"] = {"deep": {"x": row.pop("nested.deep.x")}}
        found.append(row)
    return found


@pytest.fixture(scope="module")
async def logger(live_server: LiveServer, database: Database) -> Logger:
    """Logs into ada/columns, where runs of the same rows are: compacted, half of it, and not at all."""
    logger = Logger(live_server, "columns")
    logger.run("compacted", rows=rows())
    logger.run("half", rows=rows()[:4])
    await compact_some(database)
    lines = [json.dumps(row) for row in rows()[4:]]
    logger.stream("half", {"files": {"wandb-history.jsonl": {"offset": 4, "content": lines}}})
    logger.run("tail", rows=rows())
    logger.run("empty", system=[{"_timestamp": 1.5, "system.cpu": 3.5}])
    return logger


@pytest.fixture
def api(live_server: LiveServer, logger: Logger) -> Iterator[Api]:
    """An Api of `ada`."""
    with Api(live_server.base_url, live_server.api_key) as opened:
        yield opened


def missing_as(values: list[Any], missing: Any, kind: type = object) -> list[Any]:
    return [missing if value is None else value if kind is object else kind(value) for value in values]


PANDAS: dict[str, tuple[str, list[Any]]] = {
    "_step": ("int64", [0, 10, 20, 30, 40, 50, 60]),
    "loss": ("float64", missing_as(COLUMNS["loss"], None, float)),
    "whole": ("int64", COLUMNS["whole"]),
    "big": ("int64", COLUMNS["big"]),
    "gaps": ("float64", missing_as(COLUMNS["gaps"], math.nan, float)),
    "big_gaps": ("Int64", missing_as(COLUMNS["big_gaps"], pandas.NA)),
    "huge": ("float64", missing_as(COLUMNS["huge"], None, float)),
    "flag": ("bool", COLUMNS["flag"]),
    "maybe": ("boolean", missing_as(COLUMNS["maybe"], pandas.NA)),
    "text": ("str", COLUMNS["text"]),
    "some_text": ("str", missing_as(COLUMNS["some_text"], math.nan)),
    **{key: ("object", COLUMNS[key]) for key in ("turns", "media", "list", "lone")},
    "run_id": ("int64", COLUMNS["run_id"]),
    "nested.deep.x": ("float64", missing_as(COLUMNS["nested.deep.x"], math.nan, float)),
}
JSON_COLUMNS = ("turns", "media", "list", "lone")


@pytest.mark.parametrize("run", ["compacted", "half", "tail"])
def test_pandas_has_every_value_as_it_was_logged(api: Api, run: str) -> None:
    table = api.run(f"ada/columns/{run}").history_table(list(COLUMNS)).to_pandas()

    assert list(PANDAS) == list(table.columns)
    assert {name: kind for name, (kind, _) in PANDAS.items()} == {n: str(kind) for n, kind in table.dtypes.items()}
    for name, (_, values) in PANDAS.items():
        assert repr(values) == repr(table[name].tolist()), name


@pytest.mark.parametrize("run", ["compacted", "half", "tail"])
def test_polars_and_arrow_tell_missing_from_nan(api: Api, run: str) -> None:
    table = api.run(f"ada/columns/{run}").history_table(list(COLUMNS))

    in_polars, in_arrow = table.to_polars(), table.to_arrow()

    assert list(PANDAS) == in_polars.columns == in_arrow.column_names == table.columns
    for name, values in COLUMNS.items():
        expected = [None if value is None else float(value) for value in values] if name == "huge" else values
        for found in (in_polars[name].to_list(), in_arrow[name].to_pylist()):
            if name in JSON_COLUMNS:
                found = [None if text is None else json.loads(text) for text in found]
            elif name in ("loss", "nested.deep.x"):
                expected = [None if value is None else float(value) for value in values]
            assert repr(expected) == repr(found), name
    marked = [field.name for field in in_arrow.schema if field.metadata == {b"runfolio.json": b"true"}]
    assert list(JSON_COLUMNS) == marked
    types = {"big": polars.Int64, "huge": polars.Float64, "maybe": polars.Boolean, "turns": polars.String}
    assert types == {name: in_polars[name].dtype for name in types}


def test_without_keys_all_of_them_come_by_name(api: Api) -> None:
    table = api.run("ada/columns/half").history_table()

    assert ["_step", *sorted({*COLUMNS, "media.a", "turns.five"})] == table.columns, "numbers inside objects have names"
    assert COUNT == len(table) == table.to_arrow().num_rows


def test_rows_have_at_least_one_of_the_keys(api: Api) -> None:
    run = api.run("ada/columns/half")

    table = run.history_table(["maybe", "some_text"])
    both = table.to_polars().drop_nulls(["maybe", "some_text"])

    assert [0, 20, 60] == table.to_pandas()["_step"].tolist()
    assert [row["_step"] for row in run.scan_history(keys=["maybe", "some_text"])] == both["_step"].to_list() == [0]


def test_a_row_has_a_key_that_is_null_and_a_row_without_a_step_has_its_number(api: Api, logger: Logger) -> None:
    odd: list[dict[str, Any]] = [
        {"_step": 0, "a": None},
        {"b": 1},
        {"_step": 0.5, "a": None, "b": 2},
        {"_step": 0.5, "b": 3},
    ]
    run = api.run(logger.run("nulls", rows=odd))

    assert [(0.0, None), (0.5, None)] == run.history_table("a").to_polars().rows()
    assert [(0.0, None, None), (0.5, None, 2), (0.5, None, 3), (1.0, None, 1)] == (
        run.history_table(["a", "b"]).to_polars().rows()
    )


def test_steps_bound_it_and_a_sample_is_that_of_history(api: Api) -> None:
    run = api.run("ada/columns/tail")

    assert [10, 20] == run.history_table("loss", min_step=10, max_step=30).to_pandas()["_step"].tolist()
    sampled = run.history_table("whole", samples=3).to_pandas()
    assert sampled["_step"].tolist() == run.history(3, "whole")["_step"].tolist()
    over = run.history_table(["flag"], x_axis="gaps", samples=100)
    assert ["_step", "gaps", "flag"] == over.columns
    assert [1, 4, 5, 6, 7] == over.to_polars()["gaps"].to_list()


def test_nothing_logged_is_a_table_without_rows(api: Api) -> None:
    empty = api.run("ada/columns/empty")

    assert ["_step"] == empty.history_table().columns
    for table in (empty.history_table("loss"), api.run("ada/columns/tail").history_table("unknown", min_step=10**12)):
        assert 0 == len(table) == len(table.to_pandas()) == len(table.to_polars()) == table.to_arrow().num_rows
    assert ["_step", "unknown"] == list(table.to_pandas().columns) == table.to_polars().columns
    found = api.run("ada/columns/tail").history_table(["whole", "unknown"]).to_pandas()
    assert [True] * COUNT == found["unknown"].isna().tolist()
    assert [3.5] == empty.history_table("system.cpu", stream="system").to_pandas()["system.cpu"].tolist()


def test_a_deleted_run_is_not_there(api: Api, logger: Logger) -> None:
    logger.run("gone", rows=rows())
    run = api.run("ada/columns/gone")
    api.runs("ada/columns", {"name": "gone"}).delete(dry_run=False)

    with pytest.raises(runfolio.NotFoundError, match="There is no run 'gone' in project 'ada/columns'"):
        run.history_table("loss")
    with pytest.raises(runfolio.NotFoundError, match="There is no run 'gone'"):
        run.metric("loss")


def test_a_mistake_is_told_with_what_is_allowed(api: Api) -> None:
    run = api.run("ada/columns/tail")

    with pytest.raises(
        runfolio.BadRequestError, match="samples is '0'; allowed: an integer from 1 to 100000"
    ) as caught:
        run.history_table("loss", samples=0)
    assert "samples" == caught.value.path
    with pytest.raises(ValueError, match="stream is 'events'; allowed: default, system"):
        run.history_table("loss", stream="events")  # type: ignore[arg-type]


def test_it_shows_its_columns_without_any_library(api: Api) -> None:
    table = api.run("ada/columns/tail").history_table(["loss", "<b>", "turns"])

    assert "<HistoryTable of 7 rows: _step, loss, <b>, turns>" == repr(table)
    shown = table._repr_html_()
    assert "<td>&lt;b&gt;</td><td>number</td>" in shown
    assert "<td>turns</td><td>JSON</td>" in shown
    wide = api.run("ada/columns/tail").history_table([f"key{number}" for number in range(30)])
    assert repr(wide).endswith("key8, and 21 more>")


def test_what_takes_arrow_takes_it_as_it_is(api: Api) -> None:
    table = api.run("ada/columns/compacted").history_table(["whole", "text"])

    assert COLUMNS["whole"] == pyarrow.table(table)["whole"].to_pylist()
    assert COLUMNS["text"] == polars.DataFrame(table)["text"].to_list()


async def test_the_async_client_answers_the_same(live_server: LiveServer, logger: Logger) -> None:
    async with AsyncApi(live_server.base_url, live_server.api_key) as api:
        run = await api.run("ada/columns/half")
        table = await run.history_table(list(COLUMNS))
        metric = await run.metric("whole", at="text", best="max")
        many = await (await api.project("ada/columns")).histories("whole", ids=["tail", "half"])

    assert isinstance(table, HistoryTable)
    assert repr([values for _, values in PANDAS.values()]) == repr(
        [values.tolist() for _, values in table.to_pandas().items()]
    )
    assert (7, 6, "x") == (metric.count, metric.max, metric.at)
    assert ["half"] * COUNT + ["tail"] * COUNT == many.to_pandas()["run_id"].tolist()


@in_this_process
def test_many_pages_are_one_table(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_tables, "__kwdefaults__", {"page_bytes": 100_000})
    count = 100_000
    with api.create_run("ada/columns", id="long") as run:
        for first in range(0, count, 10_000):
            numbers = np.arange(first, first + 10_000)
            run.log_columns({"a": numbers, "b": numbers / 7})
            run.flush()

    found = run.history_table(["a", "b"])
    table = found.to_pandas()

    assert count == len(found)
    assert bool((table["a"] == np.arange(count)).all())
    assert bool((table["b"] == np.arange(count) / 7).all())
    assert len(found.to_arrow()["a"].chunks) > 1
