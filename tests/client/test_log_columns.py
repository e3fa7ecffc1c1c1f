"""Logging whole columns: of every kind of container, with what is missing, and in order with rows."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas
import polars
import pyarrow
import pytest

import runfolio
from tests.live_server import LiveServer

COUNT = 600
LOSS = [1 / (step + 1) for step in range(COUNT)]
WHOLE = [step * 2**40 for step in range(COUNT)]
TEXT = [f"ж {step}" for step in range(COUNT)]


@pytest.fixture(scope="module")
def api(live_server: LiveServer) -> Iterator[runfolio.Api]:
    """The sync client."""
    with runfolio.Api(base_url=live_server.base_url, api_key=live_server.api_key) as client:
        yield client


def rows_of(run: runfolio.Run) -> list[dict[str, Any]]:
    """The rows without what is added to each."""
    added = ("_timestamp", "_runtime")
    return [{key: value for key, value in row.items() if key not in added} for row in run.scan_history()]


PLAIN: dict[str, list[Any]] = {"loss": LOSS, "whole": WHOLE, "text": TEXT}
MAKERS: dict[str, Callable[[], Any]] = {
    "lists": lambda: PLAIN,
    "tuples": lambda: {name: tuple(values) for name, values in PLAIN.items()},
    "array.array": lambda: {"loss": array("d", LOSS), "whole": array("q", WHOLE), "text": TEXT},
    "numpy": lambda: {"loss": np.array(LOSS), "whole": np.array(WHOLE), "text": np.array(TEXT)},
    "numpy, strided": lambda: {
        "loss": np.array([LOSS, LOSS]).T[:, 1],
        "whole": np.array(WHOLE)[::-1][::-1],
        "text": np.array(TEXT, dtype=object),
    },
    "numpy, the other order of bytes": lambda: {
        "loss": np.array(LOSS, ">f8"),
        "whole": np.array(WHOLE, ">i8"),
        "text": TEXT,
    },
    "pandas": lambda: pandas.DataFrame(PLAIN),
    "pandas, an index": lambda: pandas.DataFrame(PLAIN, index=range(COUNT, 0, -1)),
    "pandas, nullable": lambda: pandas.DataFrame(PLAIN).convert_dtypes(),
    "pandas, Arrow": lambda: pandas.DataFrame(PLAIN).convert_dtypes(dtype_backend="pyarrow"),
    "columns of pandas": lambda: dict(pandas.DataFrame(PLAIN).items()),
    "Polars": lambda: polars.DataFrame(PLAIN),
    "columns of Polars": lambda: {name: polars.Series(values) for name, values in PLAIN.items()},
    "Arrow": lambda: pyarrow.table(PLAIN),
    "a batch of Arrow": lambda: pyarrow.RecordBatch.from_pydict(PLAIN),
    "Arrow, in chunks": lambda: pyarrow.concat_tables([pyarrow.table(PLAIN)[:250], pyarrow.table(PLAIN)[250:]]),
    "columns of Arrow": lambda: {name: pyarrow.array(values) for name, values in PLAIN.items()},
}


@pytest.mark.parametrize("kind", MAKERS)
def test_columns_of_any_library_are_logged_type_for_type(api: runfolio.Api, kind: str) -> None:
    with api.create_run("ada/columns") as run:
        run.log_columns(MAKERS[kind]())

    wanted = [
        {"loss": loss, "whole": whole, "text": text, "_step": step}
        for step, (loss, whole, text) in enumerate(zip(LOSS, WHOLE, TEXT, strict=True))
    ]
    found = rows_of(run)
    assert wanted == found
    assert {float} == {type(row["loss"]) for row in found}
    assert {int} == {type(row["whole"]) for row in found}
    assert (LOSS[-1], WHOLE[-1], TEXT[-1], COUNT - 1) == tuple(run.summary[key] for key in (*PLAIN, "_step"))
    assert COUNT - 1 == run.last_step


NAN = math.nan
MISSING: dict[str, list[Any]] = {"a": [None, 1.5, NAN, None], "b": [1, None, None, 2**60], "c": ["x", None, "y", None]}
MISSING_MAKERS: dict[str, Callable[[], Any]] = {
    "lists": lambda: MISSING,
    "numpy, masked": lambda: {
        "a": np.ma.masked_array([9.0, 1.5, NAN, 9.0], [True, False, False, True]),
        "b": np.ma.masked_array([1, 9, 9, 2**60], [False, True, True, False]),
        "c": np.array(MISSING["c"], dtype=object),
    },
    "pandas, objects": lambda: pandas.DataFrame(MISSING, dtype=object),
    "pandas, nullable": lambda: {
        "a": pandas.Series(MISSING["a"], dtype=object),
        "b": pandas.Series(MISSING["b"], dtype="Int64"),
        "c": pandas.Series(MISSING["c"], dtype="string"),
    },
    "Polars": lambda: polars.DataFrame(MISSING),
    "Arrow": lambda: pyarrow.table(MISSING),
}


@pytest.mark.parametrize("times", [1, 200])
@pytest.mark.parametrize("kind", MISSING_MAKERS)
def test_what_is_missing_is_no_key_and_nan_is_nan(api: runfolio.Api, kind: str, times: int) -> None:
    """Once as rows, because they are few, and often enough as columns."""
    made = MISSING_MAKERS[kind]()
    data = made if times == 1 else {name: _repeated(made[name], times) for name in MISSING}
    with api.create_run("ada/columns") as run:
        run.log_columns(data)

    wanted = [
        {name: values[step % 4] for name, values in MISSING.items() if values[step % 4] is not None} | {"_step": step}
        for step in range(4 * times)
    ]
    assert repr([dict(sorted(row.items())) for row in wanted]) == repr(
        [dict(sorted(row.items())) for row in rows_of(run)]
    )
    assert (2**60, "y") == (run.summary["b"], run.summary["c"])


def _repeated(values: Any, times: int) -> Any:
    match type(values).__module__.partition(".")[0]:
        case "numpy":
            join: Any = np.ma.concatenate if hasattr(values, "mask") else np.concatenate
            return join([values] * times)
        case "pandas":
            return pandas.concat([values] * times)
        case "polars":
            return polars.concat([values] * times)
        case "pyarrow":
            return pyarrow.chunked_array(values.chunks * times)
    return values * times


def test_every_kind_of_value_comes_back(api: runfolio.Api) -> None:
    values: list[Any] = [0.5, 2, 2.0, -0.0, math.inf, 2**63, True, "a\ud800", [1, {"b": None}], {"c": {"d": 1}}, NAN]
    with api.create_run("ada/columns") as run:
        run.log_columns({"value": values * 60, "flag": np.array([True, False, True] * 220), "a.b": [7] * 660})

    found = rows_of(run)
    wanted = [*map(repr, values)] * 60
    assert wanted == [repr(row["value"]) for row in found]
    assert [True, False, True] * 220 == [row["flag"] for row in found]
    assert {7} == {row["a.b"] for row in found}


def test_numbers_of_other_sizes_are_numbers(api: runfolio.Api) -> None:
    kinds = [np.float16, np.float32, np.int8, np.uint8, np.int32, np.uint64]
    data: dict[str, Any] = {kind.__name__: np.arange(600).astype(kind) for kind in kinds}
    data["scalars"] = [np.float32(0.5), np.float64(0.25)] * 300
    data["large"] = np.full(600, 2**64 - 1, dtype=np.uint64)
    data["pairs"] = np.arange(1200).reshape(600, 2)
    with api.create_run("ada/columns") as run:
        run.log_columns(data)

    last = rows_of(run)[-1]
    assert (599.0, 599.0, 87, 87, 599, 599) == tuple(last[kind.__name__] for kind in kinds)
    assert (0.25, 2**64 - 1, [1198, 1199]) == (last["scalars"], last["large"], last["pairs"])
    assert [float, float, int, int, int, int] == [type(last[kind.__name__]) for kind in kinds]


def test_rows_and_columns_stay_in_order_and_steps_go_on(api: runfolio.Api) -> None:
    with api.create_run("ada/columns") as run:
        run.log({"a": -1})
        run.log_columns({"a": np.arange(1000)})
        run.log({"a": 1000})
        run.log_columns({"a": [1001, 1002]})
        run.log_columns({"a": range(1003, 3000)}, step=5000)
        run.log({"a": 3000})

    found = rows_of(run)
    assert list(range(-1, 3001)) == [row["a"] for row in found]
    assert [*range(1004), *range(5000, 6998)] == [row["_step"] for row in found]


@pytest.mark.parametrize("as_column", [True, False])
def test_the_step_of_each_row_may_be_given(api: runfolio.Api, as_column: bool) -> None:
    steps = [step * 10 for step in range(600)]
    with api.create_run("ada/columns") as run:
        if as_column:
            run.log_columns(pandas.DataFrame({"a": range(600), "_step": [float(step) for step in steps]}))
        else:
            run.log_columns({"a": range(600)}, step=np.array(steps))
        run.log({"a": 600})

    assert [*steps, 5991] == [row["_step"] for row in rows_of(run)]


def test_times_are_added_unless_they_are_given(api: runfolio.Api) -> None:
    begin = datetime.now(UTC).timestamp() - 1
    with api.create_run("ada/columns") as run:
        run.log_columns({"a": [0.5] * 600})
        run.log_columns({"a": [0.5] * 600, "_timestamp": [5.0] * 600, "_runtime": np.arange(600.0)})

    found = list(run.scan_history())
    assert all(row["_timestamp"] >= begin and row["_runtime"] >= 0 for row in found[:600])
    assert [(5.0, float(number)) for number in range(600)] == [
        (row["_timestamp"], row["_runtime"]) for row in found[600:]
    ]


def test_more_columns_than_a_request_takes_go_as_lines(api: runfolio.Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runfolio._sync.writing.COLUMNS_MAX", 3)
    with api.create_run("ada/columns") as run:
        run.log_columns({"text": TEXT * 3, "sparse": [None, 0.5] * 900})

    wanted = [{"text": text} | ({"sparse": 0.5} if step % 2 else {}) for step, text in enumerate(TEXT * 3)]
    assert [{**row, "_step": step} for step, row in enumerate(wanted)] == rows_of(run)


@pytest.mark.parametrize("frame", [pandas.DataFrame, polars.DataFrame, pyarrow.table])
def test_points_in_time_are_text(api: runfolio.Api, frame: Callable[[Any], Any]) -> None:
    noon = datetime(2026, 1, 2, 12, 30)
    with api.create_run("ada/columns") as run:
        run.log_columns(frame({"at": [noon, None] * 300}))

    found = rows_of(run)
    assert {"_step": 0, "at": "2026-01-02T12:30:00"} == found[0]
    assert {"_step": 1} == found[1]
