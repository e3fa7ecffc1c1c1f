"""The document of filters and the tables in the code say the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from runfolio_server.filters.language import cost
from runfolio_server.filters.language.operators import COMPARISONS, LOGICAL, OPERATORS, FieldKind
from runfolio_server.filters.language.simplify import conditions_of
from runfolio_server.filters.run_fields import RUN_FIELDS, SUMMARY
from tests.run_language import find_field, parse_filters

DOCUMENT = Path(__file__).parents[2] / "api" / "README.md"


@pytest.fixture(scope="module")
def document() -> str:
    """The page that holds the reference."""
    return DOCUMENT.read_text(encoding="utf-8")


def rows_under(document: str, heading: str) -> dict[str, list[str]]:
    """The cells of the first table under a heading, by the first cell, without backticks there."""
    _, _, rest = document.partition(f"\n{heading}\n")
    section = re.split(r"\n#+ ", rest)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in re.split(r"(?<!`)\|(?!`)", line)[1:-1]] for line in lines]
    assert len(cells) > 2, heading
    return {row[0].strip("`"): row[1:] for row in cells[1:]}


def test_every_operator_has_a_row_that_names_its_kinds_of_fields(document: str) -> None:
    rows = rows_under(document, "### Operators")

    assert [*OPERATORS, *LOGICAL] == list(rows)
    for name, operator in OPERATORS.items():
        assert [kind.value for kind in FieldKind if kind in operator.kinds] == rows[name][-1].split(", ")


def test_every_field_has_a_row_with_its_other_names_and_its_kind(document: str) -> None:
    rows = rows_under(document, "### Fields")

    assert list(RUN_FIELDS.allowed) == list(rows)
    for column in RUN_FIELDS.columns:
        assert list(column.aliases) == re.findall(r"`(\w+)`", rows[column.name][0])
        assert column.kind.value == rows[column.name][1]
    for name in set(RUN_FIELDS.allowed) - {column.name for column in RUN_FIELDS.columns}:
        field = find_field(re.sub(r"<\w+>", "x", name), "filters")
        assert field.kind.value == rows[name][1]
    assert set(SUMMARY.bare_keys) < set(rows)


SEVERAL = ["a", "b", "c", "d", "e", "f"]
COSTLY = {
    "$contains": {"$contains": "a"},
    "$regex": {"$regex": "a"},
    "$gt": {"$gt": "a"},
    "$size": {"$size": 1},
    "$in": {"$in": SEVERAL},
    "anything else": "a",
}


def test_every_cost_of_a_condition_is_in_the_table(document: str) -> None:
    rows = rows_under(document, "### What a filter costs")

    assert list(COSTLY) == [re.match(r"\$\w+|.*", name)[0] for name in rows]  # type: ignore[index]
    assert list(COMPARISONS) == re.findall(r"\$\w+", list(rows)[2])
    for operand, cells in zip(COSTLY.values(), rows.values(), strict=True):
        for field, cell in zip(("notes", "tags", "config.a"), cells, strict=True):
            if cell:
                own, _, more = cell.partition(", ")
                assert int(own) + (len(SEVERAL) // 3 if more else 0) == cost_of({field: operand}), (field, operand)
    assert {"$contains", "$regex", "$size", *COMPARISONS} == {*cost.COLUMN_COSTS, *cost.TAGS_COSTS, *cost.JSON_COSTS}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"config.a.b": 1}, 2),
        ({"config.k.x.value": 1}, 6),
        ({"config.k.x.value": {"$gt": 1}}, 15),
        ({"keys_info.keys.a.b": True}, 3),
        ({"tags.a.b": True}, 2),
        ({"tags": SEVERAL}, 2 + 2 + 2),
        ({"config.a.b": {"$all": [1, 2, 3]}}, 6),
        ({"tags": {"$all": SEVERAL}}, 12),
        ({"tags": {"$all": []}}, 1),
        ({"config.a": {"$in": [1]}}, 1),
        ({"config.a": {"$nin": [1, 2]}}, 8),
    ],
)
def test_a_condition_costs_what_the_readme_says_of_keys_lists_and_all(filters: dict[str, Any], expected: int) -> None:
    assert expected == cost_of(filters)


def cost_of(filters: dict[str, Any]) -> int:
    """The cost of the only condition of these filters."""
    (condition,) = conditions_of(parse_filters(json.dumps(filters)))
    return cost.condition_cost(condition)
