"""Tables: column order and types."""

from __future__ import annotations

import math
import sys
from typing import Any

import pytest

from runfolio import MissingExtraError
from runfolio.frames import history_frame, runs_arrow, runs_polars


def frame(rows: list[dict[str, Any]], x_axis: str = "_step", keys: list[str] | None = None) -> Any:
    """The table of history rows."""
    return history_frame(rows, x_axis=x_axis, keys=keys)


def test_the_step_comes_first_and_the_keys_as_asked() -> None:
    table = frame([{"b": 1, "a": 2, "epoch": 0, "_step": 0}], "epoch", ["a", "b"])

    assert ["_step", "epoch", "a", "b"] == list(table.columns)


def test_without_keys_columns_come_as_they_appear() -> None:
    table = frame([{"b": 1, "_step": 0}, {"a": 2, "_step": 1}])

    assert ["_step", "b", "a"] == list(table.columns)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], "int64"),
        ([1, None], "float64"),
        ([1, 0.5], "float64"),
        ([1.0, None], "float64"),
        ([math.nan, 1], "float64"),
        ([2**60, None], "Int64"),
        ([2**60, 1], "int64"),
        ([True, False], "bool"),
        ([True, None], "boolean"),
        ([[1], None], "object"),
        ([{"a": 1}, 1], "object"),
        ([2**70, 1], "object"),
    ],
)
def test_a_column_has_the_type_of_its_values(values: list[Any], expected: str) -> None:
    rows = [{"_step": step} | ({} if value is None else {"x": value}) for step, value in enumerate(values)]

    table = frame(rows, keys=["x"])

    assert expected == str(table["x"].dtype)
    assert "int64" == str(table["_step"].dtype)


def test_large_integers_stay_exact() -> None:
    table = frame([{"_step": 0, "x": 2**60 + 1}, {"_step": 1}])

    assert 2**60 + 1 == table["x"][0]


def test_a_table_without_rows_has_the_columns_asked_for() -> None:
    table = frame([], keys=["loss"])

    assert ["_step", "loss"] == list(table.columns)
    assert 0 == len(table)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2.5], "Float64"),
        ([1, None], "Int64"),
        ([None, True], "Boolean"),
        ([1, True], "String"),
        ([2**63, 1], "String"),
        ([2**63, 1.5], "Float64"),
        ([10**400, 1.5], "String"),
        ([None], "Null"),
        ([{"a": 1}], "String"),
    ],
)
def test_a_column_of_polars_and_arrow_has_one_type(values: list[Any], kind: str) -> None:
    arrow = {"Float64": "double", "Boolean": "bool"}.get(kind, kind.lower())

    assert kind == str(runs_polars({"config.x": values})["config.x"].dtype)
    assert arrow == str(runs_arrow({"config.x": values}).schema.field("config.x").type)


@pytest.mark.parametrize(("library", "make"), [("polars", runs_polars), ("pyarrow", runs_arrow)])
def test_without_a_library_one_sentence_names_its_extra(
    library: str, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(MissingExtraError, match=r"pip install 'runfolio\[(polars|arrow)\]'"):
        make({"id": ["a"]})


def test_without_pandas_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(MissingExtraError, match=r"pip install 'runfolio\[pandas\]'"):
        frame([{"_step": 0}])
