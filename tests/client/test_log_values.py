"""What may be logged: numbers and arrays of NumPy; and what becomes of values that the server does not keep."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import runfolio
from tests.live_server import LiveServer


@pytest.fixture(scope="module")
def api(live_server: LiveServer) -> Iterator[runfolio.Api]:
    """The sync client."""
    with runfolio.Api(base_url=live_server.base_url, api_key=live_server.api_key) as client:
        yield client


def test_numbers_of_numpy_are_numbers(api: runfolio.Api) -> None:
    with api.create_run("ada/log") as run:
        numbers = np.array([0.5, math.nan], dtype=np.float32)
        run.log({"a": numbers[0], "b": np.int64(3), "c": numbers[1], "d": numbers[0] > 0, "_step": np.int64(7)})

    (found,) = run.scan_history()
    assert (0.5, 3, True, 7) == (found["a"], found["b"], found["d"], found["_step"])
    assert math.isnan(found["c"])


def test_arrays_are_lists_in_rows_as_in_columns(api: runfolio.Api) -> None:
    arrays: list[Any] = [np.array([1, 2]), np.zeros((2, 2), np.float32), np.array(["a", "b"]), np.array([])]
    with api.create_run("ada/log") as by_rows:
        for array in arrays:
            by_rows.log({"a": array, "one": np.array([0.5])})
            array.fill(7)
    with api.create_run("ada/log") as by_columns:
        by_columns.log_columns({"a": [np.array([1, 2]), np.zeros((2, 2), np.float32), np.array(["a", "b"]), []]})

    expected = [[1, 2], [[0.0, 0.0], [0.0, 0.0]], ["a", "b"], []]
    assert expected == [found["a"] for found in by_rows.scan_history()]
    assert expected == [found["a"] for found in by_columns.scan_history()]
    # A loss is often an array of one number.
    assert [0.5] * 4 == [found["one"] for found in by_rows.scan_history()]


def _nested(levels: int) -> Any:
    return [_nested(levels - 1)] if levels else 1


@pytest.mark.parametrize("is_flushed", [True, False])
@pytest.mark.parametrize("is_columns", [True, False])
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (10**4400, "an integer has more than 4,300 digits"),
        ([1, 10**4400], "an integer has more than 4,300 digits"),
        (_nested(250), "nested deeper than 200"),
    ],
    ids=["digits", "digits in a list", "depth"],
)
def test_a_value_that_is_not_kept_costs_the_summary_its_key_and_nothing_else(
    api: runfolio.Api, caplog: pytest.LogCaptureFixture, bad: Any, reason: str, is_columns: bool, is_flushed: bool
) -> None:
    with api.create_run("ada/log") as run:
        for number in range(5):
            run.log({"loss": 1 / (number + 1), "acc": number, "hash": number})
        if is_flushed:
            run.flush()
        if is_columns:
            run.log_columns({"hash": [bad] * 600, "loss": [0.05] * 600})
        else:
            run.log({"hash": bad, "loss": 0.05})
        if is_flushed:
            run.flush()
            assert 0.05 == api.run("/".join(run.path)).summary["loss"]
        run.log({"loss": 0.01})

    count = 600 if is_columns else 1
    losses = [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, *[0.05] * count, 0.01]
    rows = list(run.scan_history())
    assert losses == [row["loss"] for row in rows]
    assert [0, 1, 2, 3, 4] == [row["hash"] for row in rows if "hash" in row]
    assert {"loss": 0.01, "acc": 4, "_step": 5 + count} == {
        key: value for key, value in run.summary.items() if key not in ("_timestamp", "_runtime")
    }
    # Rows alone: what the client knows to be refused it does not send again in each summary.
    assert count == run.rejected_line_count
    told = [message for message in caplog.messages if "was kept" in message]
    assert [f"Row 5 was kept, but it is without 'hash': {reason}"] == told
    assert [] == [message for message in caplog.messages if "summary" in message]


def test_objects_in_the_summary_are_without_what_is_not_kept(api: runfolio.Api) -> None:
    with api.create_run("ada/log") as run:
        run.log({"eval": {"loss": 0.5, "hash": 10**4400, "deep": _nested(250)}})

    assert {"loss": 0.5} == run.summary["eval"]
