"""What is logged comes back equal in value, whichever SDK logs it and whichever client reads it."""

from __future__ import annotations

import math
from typing import Any

import runfolio
from tests.wandb.scripts.every_kind import ROWS, row
from tests.wandb.sdk import SDK

# What the SDK adds to each row by itself.
OWN_KEYS = ("_step", "_runtime", "_timestamp")


def test_every_kind_of_value_comes_back_from_both_clients(sdk: SDK, api: runfolio.Api) -> None:
    name = f"kinds-{sdk.version}"

    answer = sdk.run("log_every_kind", run=name)
    run = api.run(f"ada/kinds/{name}")
    scanned = list(run.scan_history())

    expected = [_as_sent(row(number)) for number in range(ROWS)]
    assert _same(expected, _without_own_keys(scanned))
    assert _same(expected, _without_own_keys(answer["scanned"]))
    assert _same(expected, _without_own_keys(answer["sampled"]))
    assert _same(expected, _without_own_keys(run.history(samples=ROWS, pandas=False)))
    assert list(range(ROWS)) == [found["_step"] for found in scanned]
    assert [{"loss": one["loss"], "dotted.key": one["dotted.key"]} for one in expected] == _without_own_keys(
        answer["scanned_keys"]
    )
    assert ROWS == answer["frame_shape"][0]
    # The last value of each key.
    for key, value in _as_sent(row(ROWS - 1)).items():
        assert _same(value, answer["summary"][key])
        assert _same(value, run.summary[key])


def _without_own_keys(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in found.items() if key not in OWN_KEYS} for found in rows]


def _as_sent(value: Any) -> Any:
    """The value as the SDK puts it on the wire: its Go half cannot hold a lone surrogate."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: _as_sent(item) for key, item in value.items()}
    return [_as_sent(item) for item in value] if isinstance(value, list) else value


def _same(expected: Any, actual: Any) -> bool:
    """Equal in value: 2.0 is 2, NaN is NaN, True is not 1."""
    if isinstance(expected, bool) or isinstance(actual, bool) or expected is None:
        return expected is actual
    if isinstance(expected, float) and math.isnan(expected):
        return isinstance(actual, float) and math.isnan(actual)
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and expected.keys() == actual.keys()
            and all(_same(value, actual[key]) for key, value in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(expected) == len(actual)
            and all(_same(*pair) for pair in zip(expected, actual, strict=True))
        )
    return bool(expected == actual)


def test_a_value_that_is_not_kept_costs_its_key_and_nothing_else(newest: SDK, api: runfolio.Api) -> None:
    newest.run("values_not_kept", run="not-kept")

    run = api.run("ada/kinds/not-kept")
    rows = list(run.scan_history())
    assert [1, 1 / 2, 1 / 3, 0.05, 0.01] == [row["loss"] for row in rows]
    assert "deep" not in rows[3]
    assert {"loss": 0.01, "accuracy": 2, "_step": 4} == {
        key: value for key, value in run.summary.items() if key in ("loss", "accuracy", "deep", "_step")
    }
    assert {"lr": 0.5} == run.config
    # A key of a row, and one of the summary and one of the config, however often these were sent.
    assert 3 == run.rejected_line_count
