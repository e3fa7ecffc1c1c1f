"""What a run logged, read by the sync client from a real server."""

from __future__ import annotations

import math
from datetime import UTC

import pytest

import runfolio
from runfolio import Api
from tests.client.full_run import ROWS, api, logger
from tests.live_server import in_this_process

__all__ = ["api", "logger"]

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


def test_scanned_rows_have_their_exact_types(api: Api) -> None:
    rows = list(api.run("ada/demo/full").scan_history())

    assert repr(ROWS) == repr(rows)


def test_a_scan_goes_through_small_pages_without_gaps_and_again_from_the_start(api: Api) -> None:
    scan = api.run("ada/demo/full").scan_history(page_size=1)

    assert [0, 1, 2, 10] == [row["_step"] for row in scan]
    assert [0, 1, 2, 10] == [row["_step"] for row in scan]
    assert [0, 1] == [next(scan)["_step"], next(scan)["_step"]]


def test_a_scan_keeps_to_its_keys_and_steps(api: Api) -> None:
    run = api.run("ada/demo/full")

    assert [{"_step": 0, "acc": 0.5}, {"_step": 10, "acc": 1}] == [
        row for row in run.scan_history(keys=["acc"]) if not math.isnan(row["acc"])
    ]
    assert [1, 2] == [row["_step"] for row in run.scan_history(min_step=1, max_step=10)]


def test_history_is_a_table_with_the_step_first(api: Api) -> None:
    table = api.run("ada/demo/full").history(keys=["loss"])

    assert ["_step", "loss"] == list(table.columns)
    assert [2, 1, math.inf, 0.25] == table["loss"].tolist()
    assert "int64" == str(table["_step"].dtype)


@in_this_process
def test_history_without_pandas_is_a_list_of_rows(api: Api) -> None:
    run = api.run("ada/demo/full")

    assert repr(ROWS) == repr(run.history(pandas=False))
    assert 2 == len(run.history(samples=2, pandas=False))
    assert [3.5] == [row["system.cpu"] for row in run.history(stream="system", pandas=False)]


def test_too_many_samples_are_refused_with_what_is_allowed(api: Api) -> None:
    with pytest.raises(runfolio.BadRequestError, match=r"samples is 20000; allowed: 1 to 10000") as caught:
        api.run("ada/demo/full").history(samples=20_000)

    assert "samples" == caught.value.path


def test_metric_keys_tell_their_ranges(api: Api) -> None:
    keys = {key.name: key for key in api.run("ada/demo/full").metric_keys()}

    loss = keys["loss"]
    assert ("number", 4, 0, 10, 0.25) == (loss.kind, loss.count, loss.first_step, loss.last_step, loss.last_value)


def test_console_lines_come_with_their_time_and_level(api: Api) -> None:
    first, second = api.run("ada/demo/full").console_lines(page_size=1)

    assert ("hello", "", 0) == (first.text, first.level, first.number)
    assert first.timestamp is not None
    assert UTC is first.timestamp.tzinfo
    assert ("oh", "error", None) == (str(second), second.level, second.timestamp)
