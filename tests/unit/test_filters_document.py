"""The document of filters and the tables in the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runfolio_server.filters import limits
from runfolio_server.filters.language.operators import LOGICAL, OPERATORS, FieldKind
from runfolio_server.filters.run_fields import RUN_FIELDS, SUMMARY
from tests.run_language import find_field

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


def test_every_limit_has_a_row(document: str) -> None:
    assert [int(row[0]) for row in rows_under(document, "### Limits").values()] == [
        limits.FILTERS_MAX_BYTES,
        limits.DEPTH_MAX,
        limits.CONDITIONS_MAX,
        limits.PATTERNS_MAX,
        limits.LIST_MAX_VALUES,
        limits.REGEX_MAX_CHARACTERS,
        limits.REGEX_MAX_SIZE,
        limits.REGEX_MAX_WAYS,
        limits.KEY_MAX_CHARACTERS,
        limits.KEY_MAX_PARTS,
        limits.ORDER_MAX_BYTES,
        limits.ORDER_MAX_KEYS,
        limits.CURSOR_MAX_CHARACTERS,
    ]
