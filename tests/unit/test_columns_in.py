"""Columns that were sent are the rows that the same lines would be: in chunks, as lines, whole and in parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain import json_text
from runfolio_server.errors import AppError, TooLarge
from runfolio_server.history.storage.chunk import POINTS_MAXIMUM, NumberColumn, encode_columns
from runfolio_server.history.storage.key_columns import KeyColumn
from runfolio_server.history.storage.tail import parse_lines, unpack_lines
from runfolio_server.ingest import stored_block as piece_module
from runfolio_server.ingest.batch import ColumnBlock, LineBlock
from runfolio_server.ingest.column_input import MAX_COLUMNS, SentColumn, read_columns
from runfolio_server.ingest.lines import MAX_LINES
from runfolio_server.ingest.stored_block import CHUNK_ROWS_MINIMUM, FEWER_ROWS_MINIMUM, StoredBlock, stored_block_of
from tests.encoded_segment import encode_segment
from tests.sent_columns import columns_input
from tests.unit.history_rows import FLOATS, INTEGERS, KEYS, SCALARS, VALUES, seen
from tests.unit.test_chunk import read_back

Rows = list[dict[str, Any]]

# `_step` is a number in each row that has it, either kind for all of them.
STEPS = st.one_of(st.lists(FLOATS, min_size=12, max_size=12), st.lists(st.integers(-(2**63), 2**63 - 1), min_size=12))
PLAIN = st.dictionaries(
    KEYS.filter(lambda key: key != "_step"), st.one_of(VALUES, SCALARS, FLOATS, INTEGERS), max_size=4
)


@st.composite
def row_lists(draw: st.DrawFn) -> Rows:
    """Rows that columns can hold; one key at least."""
    rows = draw(st.lists(PLAIN, min_size=1, max_size=12))
    steps = draw(st.one_of(st.none(), STEPS))
    for row, step in zip(rows, steps or [], strict=False):
        if draw(st.booleans()):
            row["_step"] = step
    rows[draw(st.integers(0, len(rows) - 1))]["always"] = 1
    return rows


def block_of(rows: Sequence[dict[str, Any]], first_line: int = 0) -> ColumnBlock:
    given_columns = columns_input(rows)
    sent = [SentColumn(**column) for column in given_columns["columns"]]
    return read_columns("history", first_line, given_columns["count"], sent, [], path="input.columns")


def chunked(block: ColumnBlock) -> list[Any]:
    """The rows, by way of chunks."""
    numbers = {key: one for key, one in block.columns.items() if isinstance(one, NumberColumn)}
    others = {key: one for key, one in block.columns.items() if isinstance(one, KeyColumn)}
    steps = block.steps()
    chunks = encode_columns(block.first_line, steps, numbers, block.rows(others) if others else ())
    return [seen(row) for row in read_back(block.first_line, block.count, chunks)]


@given(row_lists(), st.integers(0, 2**40))
def test_columns_in_are_rows_out(rows: Rows, first_line: int) -> None:
    block = block_of(rows, first_line)

    wanted = [seen(row) for row in rows]
    assert wanted == [seen(row) for row in block.rows()]
    assert wanted == chunked(block)
    lines = block.as_lines()
    assert wanted == [seen(row) for row in parse_lines(lines.lines)]


@given(row_lists(), st.integers(0, 2**40))
def test_chunks_of_columns_say_of_themselves_what_those_of_lines_say(rows: Rows, first_line: int) -> None:
    block = block_of(rows, first_line)
    numbers = {key: one for key, one in block.columns.items() if isinstance(one, NumberColumn)}
    others = {key: one for key, one in block.columns.items() if isinstance(one, KeyColumn)}
    of_columns = encode_columns(first_line, block.steps(), numbers, block.rows(others) if others else ())
    of_rows = encode_segment(first_line, rows)

    def told(chunk: Any) -> Any:
        return chunk.key, chunk.line0, chunk.line1, chunk.n, chunk.segment, chunk.step_low, chunk.step_high

    assert sorted(map(told, of_rows)) == sorted(map(told, of_columns))
    ranges = [
        {(one.key, one.line0): (one.low, one.high, one.first, one.last) for one in of} for of in (of_rows, of_columns)
    ]
    assert ranges[0] == ranges[1]


@given(row_lists(), st.data())
def test_a_part_is_those_rows(rows: Rows, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(rows)))
    past = data.draw(st.integers(first, len(rows)))

    part = block_of(rows, 100).part(100 + first, 100 + past)

    assert [seen(row) for row in rows[first:past]] == [seen(row) for row in part.rows()]


@given(row_lists())
def test_line_0_is_known_again_in_any_part_and_only_there(rows: Rows) -> None:
    block = block_of(rows)

    assert block.line_zero is not None
    assert seen(rows[0]) == seen(json_text.parse(block.line_zero))
    assert block.line_zero == block.as_lines().lines[0] == block.part(0, 1).line_zero
    assert None is block_of(rows, 1).line_zero


def floats(count: int, keys: int = 1) -> Rows:
    return [{"_step": row, **{f"key_{key}": row / 7 for key in range(keys)}} for row in range(count)]


@pytest.mark.parametrize(
    ("rows", "first_line", "is_chunks"),
    [
        (floats(1), 0, False),
        (floats(FEWER_ROWS_MINIMUM - 1), 0, False),
        (floats(FEWER_ROWS_MINIMUM), 0, True),
        (floats(FEWER_ROWS_MINIMUM), FEWER_ROWS_MINIMUM, True),
        (floats(FEWER_ROWS_MINIMUM), FEWER_ROWS_MINIMUM + 1, False),
        (floats(FEWER_ROWS_MINIMUM, keys=520), 10**6, True),
        (floats(CHUNK_ROWS_MINIMUM - 1), 10**6, False),
        (floats(CHUNK_ROWS_MINIMUM), 10**6, True),
        ([{"text": "x" * 2_000_000}] * 2, 0, False),
        ([{"\ud800": 1.0, "text": "\udfff"}], 0, False),
    ],
)
async def test_few_rows_are_left_to_compaction_and_many_become_chunks_at_once(
    rows: Rows, first_line: int, is_chunks: bool
) -> None:
    piece = await stored_block_of(block_of(rows, first_line))

    assert is_chunks == (piece.body is None) == bool(piece.chunks)
    assert isinstance(piece.block, ColumnBlock if is_chunks else LineBlock)
    assert [seen(row) for row in rows] == stored(piece)


def stored(piece: StoredBlock) -> list[Any]:
    """What a reader finds."""
    if piece.body is not None:
        return [seen(row) for row in parse_lines(unpack_lines(piece.body))]
    block = piece.block
    found: list[Any] = [None] * block.count
    for segment in {chunk.segment for chunk in piece.chunks}:
        chunks = [chunk for chunk in piece.chunks if chunk.segment == segment]
        for index, row in enumerate(read_back(block.first_line, block.count, chunks)):
            found[index] = found[index] if row is None else seen(row)
    return found


async def test_many_rows_are_segments_of_one_size_within_their_bounds() -> None:
    piece = await stored_block_of(block_of(floats(100_000, keys=2), 50))

    assert [50, 50_050] == sorted({chunk.segment for chunk in piece.chunks})
    assert [50_000] == sorted({chunk.n for chunk in piece.chunks})
    assert (0.0, 99_999.0) == piece.steps


@pytest.mark.parametrize(("chunks_maximum", "segments"), [(10_000, 4), (16, 2), (1, 1)])
async def test_segments_are_bounded_in_bytes_unless_there_would_be_too_many_chunks(
    monkeypatch: pytest.MonkeyPatch, chunks_maximum: int, segments: int
) -> None:
    monkeypatch.setattr(piece_module, "SEGMENT_BYTES_MAXIMUM", 8 * 1024)
    monkeypatch.setattr(piece_module, "CHUNKS_MAXIMUM", chunks_maximum)

    # With `_step` seven columns: 28 KiB of numbers.
    piece = await stored_block_of(block_of(floats(512, keys=6)))

    assert segments == len({chunk.segment for chunk in piece.chunks})
    assert segments * (7 + 1) == len(piece.chunks)


NUMBERS = "AAAAAAAA8D8="  # 1.0


@pytest.mark.parametrize(
    ("column", "message", "path"),
    [
        ({"key": "a"}, r"columns\[0\] has no values; allowed: one of numbers, integers, values", ""),
        ({"key": "a", "numbers": NUMBERS, "values": "[1]"}, "has numbers and values; allowed: one of", ""),
        ({"key": "a", "numbers": ""}, "has 0 bytes; allowed: 8, 8 for each row that has the key", ".numbers"),
        ({"key": "a", "integers": "AAAA"}, "has 3 bytes; allowed: 8", ".integers"),
        ({"key": "a", "numbers": "AAAAAAAA8D8"}, "is 'AAAAAAAA8D8'…; allowed: Base64 with padding", ".numbers"),
        ({"key": "a", "numbers": "AAAA AAA8D8="}, "allowed: Base64 with padding", ".numbers"),
        ({"key": "a", "numbers": NUMBERS + "\n"}, "allowed: Base64 with padding", ".numbers"),
        ({"key": "a", "numbers": "ж" * 12}, "allowed: Base64 with padding", ".numbers"),
        ({"key": "a", "numbers": NUMBERS, "present": ""}, "has 0 bytes; allowed: 1, a bit for each row", ".present"),
        ({"key": "a", "numbers": NUMBERS, "present": "AAA="}, "has 2 bytes; allowed: 1", ".present"),
        ({"key": "a", "numbers": NUMBERS, "present": "AA=="}, "has 8 bytes; allowed: 0", ".numbers"),
        ({"key": "a", "values": "[1"}, "is not valid JSON", ".values"),
        ({"key": "a", "values": '{"0": 1}'}, "has no array; allowed: 1", ".values"),
        ({"key": "a", "values": "[1, 2]"}, "has 2 values; allowed: 1, one for each row", ".values"),
        ({"key": "_step", "values": "[1]"}, "is given for _step; allowed: numbers, integers", ".values"),
    ],
)
def test_what_is_no_column_is_refused_with_its_place(column: dict[str, str], message: str, path: str) -> None:
    with pytest.raises(AppError, match=message) as refused:
        read_columns("history", 0, 1, [SentColumn(**column)], [], path="input.columns")

    assert f"input.columns.columns[0]{path}" == refused.value.path


@pytest.mark.parametrize(
    ("first_line", "count", "columns", "message"),
    [
        (-1, 1, 1, "offset is -1; allowed: an integer from 0"),
        (2**53 + 1, 1, 1, "offset is 9007199254740993; allowed"),
        (0, 0, 1, "count is 0; allowed: 1 to 500000"),
        (0, -1, 1, "count is -1; allowed: 1 to 500000"),
        (0, MAX_LINES + 1, 1, "count is 500001; allowed: 500000 in one request"),
        (0, 1, 0, "has 0 columns; allowed: 1 to 5000"),
        (0, 1, MAX_COLUMNS + 1, "has 5001 columns; allowed: 1 to 5000"),
    ],
)
def test_bounds_are_told(first_line: int, count: int, columns: int, message: str) -> None:
    sent = [SentColumn(str(key), numbers=NUMBERS) for key in range(columns)]

    with pytest.raises(AppError, match=message):
        read_columns("history", first_line, count, sent, [], path="input.columns")


def test_a_key_is_given_once() -> None:
    with pytest.raises(AppError, match=r"columns\[1\]\.key is 'a' again; allowed: each once"):
        read_columns("history", 0, 1, [SentColumn("a", numbers=NUMBERS)] * 2, [], path="input.columns")


async def test_columns_that_would_be_too_much_as_lines_are_refused() -> None:
    keys = [f"{key:0>1500}" for key in range(2000)]
    sent = [SentColumn(key, values="[" + ",".join("1" * 40) + "]") for key in keys]
    block = read_columns("history", 0, 40, sent, [], path="input.columns")

    with pytest.raises(TooLarge, match=r"would be \d+ bytes of lines; allowed: 67108864, or at least 4096 rows"):
        await stored_block_of(block)


def test_a_column_that_no_row_has_is_no_key() -> None:
    sent = [SentColumn("a", numbers=NUMBERS), SentColumn("b", integers="", present="AA==")]

    block = read_columns("history", 0, 1, sent, [], path="input.columns")

    assert [{"a": 1.0}] == block.rows()


def test_a_step_that_is_no_finite_number_counts_as_the_line() -> None:
    block = block_of([{"_step": math.nan}, {"_step": 3.5}, {"_step": -0.0}, {"a": 1.0}, {"_step": math.inf}], 10)

    assert [10.0, 3.5, 0.0, 13.0, 14.0] == block.steps().tolist()
    assert 1.0 == math.copysign(1, block.steps()[2])


def test_a_segment_has_a_limit() -> None:
    with pytest.raises(ValueError, match="65537 lines in a segment; allowed: 65536"):
        encode_columns(0, np.zeros(POINTS_MAXIMUM + 1), {}, [])
