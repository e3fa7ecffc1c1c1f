"""Columns on their way: in slices, each once whatever the network does, and nothing of what cannot be sent whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas
import polars
import pytest

import runfolio
from runfolio._core import column_slice, log_batch, log_json, log_queue
from tests.client.test_log import Unreliable
from tests.live_server import LiveServer


@pytest.fixture(scope="module")
def api(live_server: LiveServer) -> Iterator[runfolio.Api]:
    """The sync client."""
    with runfolio.Api(base_url=live_server.base_url, api_key=live_server.api_key) as client:
        yield client


@pytest.fixture
def network() -> Unreliable:
    """A network that can be told to fail."""
    return Unreliable()


@pytest.fixture
def unreliable_api(live_server: LiveServer, network: Unreliable) -> Iterator[runfolio.Api]:
    """The sync client over that network."""
    with runfolio.Api(base_url=live_server.base_url, api_key=live_server.api_key, transport=network) as client:
        yield client


def test_many_rows_go_out_in_slices_of_bounded_size(
    unreliable_api: runfolio.Api, network: Unreliable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_slice, "SLICE_BYTES", 100_000)
    monkeypatch.setattr(log_queue, "QUEUE_BYTES_MAX", 300_000)
    count = 30_000
    # One value is as large as thousands of others.
    texts = ["x" * 150_000 if number == 17_000 else str(number) for number in range(count)]
    with unreliable_api.create_run("ada/columns") as run:
        run.log_columns({"a": np.arange(count), "text": texts})

    bodies = [body for body in network.bodies if "columns" in body]
    assert len(bodies) > 10
    assert max(len(json.dumps(body)) for body in bodies) < 500_000
    counts = [body["columns"]["count"] for body in bodies]
    assert [sum(counts[:index]) for index in range(len(counts))] == [body["offset"] for body in bodies]
    found = list(run.scan_history(keys=["a", "text"]))
    assert (list(range(count)), texts) == ([row["a"] for row in found], [row["text"] for row in found])


def test_an_answer_that_is_lost_doubles_nothing(unreliable_api: runfolio.Api, network: Unreliable) -> None:
    network.lose_answers = 2
    network.away = 1
    with unreliable_api.create_run("ada/columns") as run:
        run.log_columns({"a": np.arange(10_000)})
        run.log({"a": 10_000})

    assert list(range(10_001)) == [row["a"] for row in run.scan_history()]
    assert len(network.bodies) > len({body["offset"] for body in network.bodies})


async def test_the_async_client_logs_the_same(live_server: LiveServer) -> None:
    async with (
        runfolio.AsyncApi(base_url=live_server.base_url, api_key=live_server.api_key) as api,
        await api.create_run("ada/columns") as run,
    ):
        await run.log_columns(polars.DataFrame({"a": range(5000)}))
        await run.log({"a": 5000})
        await run.flush()
        assert list(range(5001)) == [row["a"] async for row in run.scan_history()]


@pytest.mark.parametrize(
    ("data", "step", "error"),
    [
        ({"a": [1, 2], "b": [1]}, None, "The columns have several lengths: 'a' 2, 'b' 1; allowed: one"),
        ({"a": "text"}, None, "The column 'a' is a str; allowed: a list"),
        ({"a": b"bytes"}, None, "The column 'a' is a bytes; allowed"),
        ({"a": 1}, None, "The column 'a' is a int; allowed"),
        ({"a": (number for number in range(3))}, None, "The column 'a' is a generator; allowed"),
        ({"a": np.array(1.0)}, None, "The column 'a' is a ndarray; allowed"),
        ({"a": [1, object()]}, None, "The column 'a' cannot be sent as JSON: .*object"),
        ({"a": [np.array([object(), 1])]}, None, "The column 'a' cannot be sent as JSON"),
        ({"a": ["x" * (11 * 1024 * 1024)]}, None, "The column 'a' has a value of 11534338 bytes; allowed: 10485760"),
        ({1: [1]}, None, "The column name 1 is a int; allowed: text"),
        ([{"a": 1}], None, "The data is a list; allowed: a mapping of names to columns, a DataFrame"),
        (polars.LazyFrame({"a": [1]}), None, "The data is a LazyFrame; allowed"),
        (pandas.Series([1]), None, "The data is a Series; allowed"),
        (pandas.DataFrame([[1, 2]], columns=["a", "a"]), None, "There are two columns 'a'; allowed: one of a name"),
        ({"a": [1, 2]}, [1], "There are 1 steps and 2 rows; allowed: a step for each row"),
        ({"a": [1, 2]}, -1, "step is -1; allowed: 0 and above"),
        ({"a": [1, 2], "_step": [0, -1]}, None, "step is -1; allowed: 0 and above"),
        ({"a": [1, 2], "_step": [0, 0.5]}, None, "step is 0.5; allowed: an integer"),
        ({"a": [1, 2], "_step": [0, None]}, None, "The step of row 1 is missing; allowed: an integer for each row"),
        ({"a": [1, 2], "_step": ["0", "1"]}, None, "step is '0'; allowed: an integer"),
    ],
)
def test_what_are_no_columns_is_refused_and_no_row_is_logged(
    api: runfolio.Api, data: Any, step: Any, error: str
) -> None:
    with api.create_run("ada/columns") as run:
        with pytest.raises((TypeError, ValueError), match=error):
            run.log_columns(data, step=step)
        run.log({"a": 7})

    assert [(0, 7)] == [(row["_step"], row["a"]) for row in run.scan_history()]


def test_columns_of_no_rows_are_nothing(api: runfolio.Api) -> None:
    with api.create_run("ada/columns") as run:
        run.log_columns({})
        run.log_columns({"a": [], "b": np.array([])})
        run.log_columns(pandas.DataFrame({"a": []}))

    assert [] == list(run.scan_history())
    with pytest.raises(ValueError, match="The run was finished"):
        run.log_columns({"a": [1]})


def test_a_column_that_changes_after_it_was_logged_is_stored_as_it_was(api: runfolio.Api) -> None:
    numbers, lists = np.zeros(5000), [[1] for _ in range(5000)]
    with api.create_run("ada/columns") as run:
        run.log_columns({"number": numbers, "list": lists})
        numbers[:] = 1
        lists[-1].append(2)

    (last,) = run.scan_history(min_step=4999)
    assert (0.0, [1]) == (last["number"], last["list"])
    assert (0.0, [1]) == (run.summary["number"], run.summary["list"])


def nested(depth: int) -> Any:
    """A value that is deeper than the server takes."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("bad", "kept"),
    [(nested(250), None), ({"k" * 2100: 1, "b": 2}, {"b": 2}), ([nested(250), "\ud800", 2**70], None)],
    ids=["depth", "key", "depth in a list"],
)
def test_one_value_that_is_not_kept_is_left_out_of_its_row_alone(
    api: runfolio.Api, monkeypatch: pytest.MonkeyPatch, bad: Any, kept: Any
) -> None:
    monkeypatch.setattr(log_batch, "BATCH_BYTES", 10_000)
    mixed: list[Any] = [1, "text", None, float("nan"), [2**70, "\ud800,]"], True] * 200
    mixed[600] = bad
    numbers = np.where(np.arange(1200) % 7 == 0, -np.inf, np.arange(1200) / 3).tolist()
    with api.create_run("ada/columns") as run:
        run.log_columns({"a": mixed, "b": numbers, "c": np.arange(1200)})
        run.log({"after": 1})

    mixed[600] = kept
    wanted = [(step, mixed[step], numbers[step], step) for step in range(1200)]
    found = list(run.scan_history())
    assert 1 == run.rejected_line_count
    assert {"_step": 1200, "after": 1} == {key: found[-1][key] for key in ("_step", "after")}
    assert list(map(repr, wanted)) == [repr((row["_step"], row.get("a"), row["b"], row["c"])) for row in found[:-1]]


def test_a_row_whose_key_is_too_long_does_not_end_the_log(api: runfolio.Api) -> None:
    with api.create_run("ada/columns") as run:
        for number in range(1000):
            run.log({"k" * 2001: float(number)})
        run.log({"a": 1})

    rows = list(run.scan_history())
    assert 1000 == run.rejected_line_count
    assert (1001, [1]) == (len(rows), [row["a"] for row in rows if "a" in row])
    assert not any("k" * 2001 in row for row in rows)


def test_steps_beyond_64_bits_are_logged_in_rows(api: runfolio.Api) -> None:
    with api.create_run("ada/columns") as run:
        for number in range(600):
            run.log({"a": number}, 2**63 + number)
        with pytest.raises(ValueError, match=r"step goes up to 9223372036854775\d+; allowed: below 2\^63 for columns"):
            run.log_columns({"a": [1, 2]}, step=2**63 - 1)

    assert list(range(600)) == sorted(row["a"] for row in run.scan_history())


def test_a_summary_that_is_too_large_is_kept_without_its_largest_values(
    api: runfolio.Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(log_json, "SUMMARY_BYTES_MAX", 1000)
    with api.create_run("ada/columns") as run:
        for number in range(3):
            run.log({f"text{number}": "y" * 400})
        run.flush()
        run.log({"a": 1})

    assert [0, 1, 2, 3] == [row["_step"] for row in run.scan_history()]
    assert {"a", "_step"} <= set(run.summary)
    assert 2 == len([key for key in run.summary if key.startswith("text")])
    assert 1 == caplog.text.count("The summary is too large; it is kept without text")
