"""What is not kept of a column is left out of its row alone, and told."""

from __future__ import annotations

import math
from typing import Any

import pytest

from runfolio_server.history.storage.kept_members import LONG_KEY
from runfolio_server.ingest.batch import RejectedLine
from runfolio_server.ingest.column_input import SentColumn, read_columns
from runfolio_server.ingest.stored_block import stored_block_of
from tests.sent_columns import columns_input

LONG = "9" * 5000
DEEP = "[" * 250 + "]" * 250
TOO_LONG, TOO_DEEP = "an integer has more than 4,300 digits", "nested deeper than 200"
WIDE = "k" * 1999


@pytest.mark.parametrize(
    ("column", "kept", "left_out", "incomplete"),
    [
        (SentColumn("a", values=f"[1, {LONG}, 3]"), {10: 1, 12: 3}, [(11, "a", TOO_LONG)], [11]),
        (SentColumn("a", values=f"[{DEEP},{DEEP},3]"), {12: 3}, [(10, "a", TOO_DEEP), (11, "a", TOO_DEEP)], [10, 11]),
        (
            SentColumn("a", values=f'[{{"b":1,"c":{DEEP}}}, 2, "[{LONG},\\"\\\\"]'),
            {10: {"b": 1}, 11: 2, 12: f'[{LONG},"\\'},
            [(10, "a.c", TOO_DEEP)],
            [10],
        ),
        (
            SentColumn("a", values=f'[1, {{"{WIDE}":1, "b":2}}, NaN]'),
            {10: 1, 11: {"b": 2}, 12: math.nan},
            [(11, f"a.{WIDE}"[:200], LONG_KEY)],
            [11],
        ),
        (SentColumn("a", values=f"[1, {LONG}]", present="BQ=="), {10: 1}, [(12, "a", TOO_LONG)], [12]),
        (SentColumn("k" * 2001, values="[1, 2, 3]"), {}, [(10, "k" * 200, LONG_KEY)], [10, 11, 12]),
        (SentColumn("\0" * 400, integers="", present="AA=="), {}, [], []),
        (SentColumn("\0" * 334, values="[1]", present="BA=="), {}, [(12, "\0" * 200, LONG_KEY)], [12]),
        (SentColumn("k" * 2000, values="[1, 2, 3]"), {10: 1, 11: 2, 12: 3}, [], []),
        (SentColumn("\u00e4" * 1000, values="[1, 2, 3]"), {10: 1, 11: 2, 12: 3}, [], []),
    ],
)
async def test_what_is_not_kept_of_a_column_is_left_out_of_its_row_alone(
    column: SentColumn, kept: dict[int, Any], left_out: list[tuple[int, str, str]], incomplete: list[int]
) -> None:
    rejected: list[RejectedLine] = []
    sent = [column, SentColumn("loss", numbers=columns_input([{"x": 0.5}] * 3)["columns"][0]["numbers"])]

    block = read_columns("history", 10, 3, sent, rejected, path="input.columns")

    rows = [{**({column.key: kept[line]} if line in kept else {}), "loss": 0.5} for line in (10, 11, 12)]
    assert repr(rows) == repr(block.rows())
    assert [
        RejectedLine("history", line, f"it is without {key!r}: {reason}", key) for line, key, reason in left_out
    ] == rejected
    assert incomplete == block.incomplete.tolist()
    stored = await stored_block_of(block)
    assert len(incomplete) == stored.rejected == block.as_lines().rejected
    assert sum(line > 10 for line in incomplete) == block.part(11, 13).as_lines().part(11, 13).rejected
