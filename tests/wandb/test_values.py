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
