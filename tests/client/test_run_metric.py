"""What one key of a run comes to, computed by the server."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest

from runfolio import Api, RunMetric
from tests.client.builders import Logger
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")

ROWS: list[dict[str, Any]] = [
    {"_step": 0, "loss": 4, "accuracy": 0.1, "note": "first"},
    {"_step": 1, "loss": math.nan, "accuracy": 0.5},
    {"_step": 2.5, "loss": 1.5, "accuracy": 0.4},
    {"_step": 3, "loss": 1.5, "accuracy": 0.9, "big": 2**60 + 1},
    {"_step": 4, "loss": -math.inf, "word": "NaN", "number": math.nan, "mixed": [math.inf, "Infinity"]},
]


@pytest.fixture(scope="module")
def api(live_server: LiveServer) -> Iterator[Api]:
    """An Api of `ada`, of whom there is a run."""
    Logger(live_server, "metrics").run("r", rows=ROWS, system=[{"_timestamp": 2, "system.cpu": 3.5}])
    with Api(live_server.base_url, live_server.api_key) as opened:
        yield opened


def test_a_metric_counts_finite_numbers_and_tells_where_it_was_best(api: Api) -> None:
    metric = api.run("ada/metrics/r").metric("loss", at="accuracy")

    expected = RunMetric("loss", 3, 1.5, 4, 7 / 3, argmin=2.5, argmax=0, last=-math.inf, last_step=4, at=0.4)
    assert expected == metric
    assert isinstance(metric.argmax, int), "whole steps are integers"


def test_another_key_is_told_at_the_greatest_or_last_before(api: Api) -> None:
    run = api.run("ada/metrics/r")

    assert 1.5 == run.metric("accuracy", at="loss", best="max").at
    assert "first" == run.metric("accuracy", at="note", best="max").at
    assert run.metric("accuracy", at="unknown").at is None
    assert (2**60 + 1, 0.9) == (run.metric("big").last, run.metric("big", at="accuracy").at)


def test_text_and_what_was_never_logged_have_no_numbers(api: Api) -> None:
    run = api.run("ada/metrics/r")

    assert RunMetric("note", 0, last="first", last_step=0) == run.metric("note")
    assert RunMetric("unknown") == run.metric("unknown", at="loss")
    assert 3.5 == run.metric("system.cpu", stream="system").mean
    with pytest.raises(ValueError, match="best is 'low'; allowed: min, max"):
        run.metric("loss", best="low")  # type: ignore[arg-type]


def test_a_text_that_reads_like_a_number_stays_one(api: Api) -> None:
    run = api.run("ada/metrics/r")

    word, number = run.metric("word"), run.metric("number")
    assert ("NaN", True) == (word.last, math.isnan(number.last))
    assert [math.inf, "Infinity"] == run.metric("mixed").last
    assert (4, "NaN") == (run.metric("_step", at="word", best="max").max, run.metric("_step", at="word", best="max").at)
