"""Rows become chunks and rows again, type for type and bit for bit."""

from __future__ import annotations

import json
import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain import json_text
from runfolio_server.domain.dotted_key import find, has
from runfolio_server.history.storage.axis import decode_lines, encode_lines
from runfolio_server.history.storage.cells import as_float
from runfolio_server.history.storage.chunk import Chunk, decode_values
from runfolio_server.history.storage.chunk_kinds import ChunkKind
from runfolio_server.history.storage.key_path import STEPS_KEY, public_name
from runfolio_server.history.storage.stored_rows import Segment, StoredRows, TailBatch, stored_rows_of
from runfolio_server.history.storage.tail import pack_lines, parse_lines, unpack_lines
from runfolio_server.sql.history.history import StoredRow
from tests.encoded_segment import encode_segment
from tests.unit.history_rows import FLOATS, INTEGERS, KEYS, LINES, ROWS, VALUES, seen

Row = dict[str, Any] | None
ALL_COUNT = (None, math.inf, 2**62)  # no next step, and every row counts


def as_database_rows(chunks: list[Chunk]) -> list[StoredRow]:
    return [
        StoredRow(
            "", 0, chunk.segment, chunk.key, chunk.line0, chunk.n, chunk.kind, chunk.lines, chunk.data, *ALL_COUNT
        )
        for chunk in chunks
    ]


def read_back(first_line: int, count: int, chunks: list[Chunk]) -> list[Row]:
    found: list[Row] = [None] * count
    for piece in stored_rows_of(as_database_rows(chunks)):
        for line, row in zip(piece.lines.tolist(), piece.rows(np.arange(len(piece.lines))), strict=True):
            found[line - first_line] = row
    return found


def values_of(chunks: list[Chunk], key: str) -> list[tuple[ChunkKind, list[Any]]]:
    return [
        (chunk.kind, decode_values(chunk.kind, chunk.n, chunk.data).take(np.arange(chunk.n)))
        for chunk in chunks
        if chunk.key == key
    ]


def column(*values: Any) -> list[Row]:
    return [{"value": value} for value in values]


@given(LINES, st.integers(0, 2**40))
def test_any_rows_come_back_as_they_were(rows: list[Row], first_line: int) -> None:
    chunks = encode_segment(first_line, rows)

    assert [seen(row) for row in read_back(first_line, len(rows), chunks)] == [seen(row) for row in rows]


@given(st.lists(st.one_of(VALUES, st.floats(), st.integers(-9, 9)), min_size=1, max_size=40))
def test_a_key_whose_type_changes_is_read_back_as_it_was_logged(values: list[Any]) -> None:
    rows = column(*values)

    assert [seen(row) for row in read_back(0, len(rows), encode_segment(0, rows))] == [seen(row) for row in rows]


@given(LINES)
def test_no_two_chunks_have_the_same_key_and_first_line(rows: list[Row]) -> None:
    places = [(chunk.key, chunk.line0) for chunk in encode_segment(7, rows)]

    assert len(places) == len(set(places))


@given(LINES)
def test_what_a_chunk_says_of_itself_is_true(rows: list[Row]) -> None:
    for chunk in encode_segment(3, rows):
        kind, values = chunk.kind, decode_values(chunk.kind, chunk.n, chunk.data).take(np.arange(chunk.n))

        assert chunk.n == len(values)
        assert chunk.segment == 3
        assert 3 <= chunk.line0 <= chunk.line1 < 3 + len(rows)
        assert chunk.step_low <= chunk.step_high
        if chunk.first is not None:
            assert seen(json.loads(chunk.first)) == seen(values[0])
        if chunk.last is not None:
            assert seen(json.loads(chunk.last)) == seen(values[-1])
        if chunk.low is not None and chunk.high is not None:
            numbers = list(map(as_float, values))
            assert {chunk.low, chunk.high} <= set(numbers)
            assert all(chunk.low <= number <= chunk.high for number in numbers if math.isfinite(number))
            assert kind is not ChunkKind.JSON or all(type(value) is int for value in values)
        assert "\0" not in chunk.key
        chunk.key.encode()


@given(LINES)
def test_the_steps_chunk_names_every_row(rows: list[Row]) -> None:
    steps = [chunk for chunk in encode_segment(0, rows) if chunk.key == STEPS_KEY]

    assert sum(chunk.n for chunk in steps) == sum(row is not None for row in rows)
    assert [chunk.kind for chunk in steps] == ([ChunkKind.NUMBER] if steps else [])


@given(LINES, KEYS)
def test_a_segment_and_a_batch_agree_on_which_rows_have_a_key_and_on_its_numbers(rows: list[Row], name: str) -> None:
    pieces: list[StoredRows] = stored_rows_of(as_database_rows(encode_segment(5, rows)))
    batch = TailBatch("", 0, 5, rows)

    if not pieces:
        assert len(batch.lines) == 0
        return
    (segment,) = pieces
    assert isinstance(segment, Segment)
    assert segment.lines.tolist() == batch.lines.tolist()
    assert segment.steps.tolist() == batch.steps.tolist()
    assert segment.have_all([name]).tolist() == batch.have_all([name]).tolist()
    assert segment.have_all([name]).tolist() == [has(row, name) for row in rows if row is not None]
    np.testing.assert_array_equal(segment.numbers(name), batch.numbers(name))


@given(st.lists(st.one_of(FLOATS, INTEGERS), min_size=1))
def test_a_segment_and_a_batch_agree_on_numbers(values: list[float]) -> None:
    rows = column(*values)
    (segment,) = stored_rows_of(as_database_rows(encode_segment(0, rows)))

    np.testing.assert_array_equal(segment.numbers("value"), TailBatch("", 0, 0, rows).numbers("value"))


@given(LINES)
def test_lines_of_the_tail_come_back_as_they_were(rows: list[Row]) -> None:
    lines = [b"" if row is None else json.dumps(row).encode() for row in rows] or [b""]

    assert unpack_lines(pack_lines(lines)) == lines
    assert [seen(row) for row in parse_lines(unpack_lines(pack_lines(lines)))] == [seen(row) for row in rows or [None]]


def test_integers_and_floats_of_one_metric_are_one_chunk_of_numbers() -> None:
    chunks = encode_segment(0, column(1, 2.5, 2, 2.0, float("nan")))

    ((kind, values),) = values_of(chunks, "value")
    assert kind is ChunkKind.NUMBER
    assert [seen(value) for value in values] == [seen(value) for value in (1, 2.5, 2, 2.0, float("nan"))]


def test_integers_that_float64_cannot_hold_are_int64() -> None:
    ((kind, values),) = values_of(encode_segment(0, column(1, 2**62 + 1, -(2**63))), "value")

    assert (kind, values) == (ChunkKind.INT64, [1, 2**62 + 1, -(2**63)])


def test_integers_that_nothing_else_can_hold_are_json() -> None:
    ((kind, values),) = values_of(encode_segment(0, column(2**70 + 1, 10**40)), "value")

    assert (kind, values) == (ChunkKind.JSON, [2**70 + 1, 10**40])


def test_what_a_chunk_of_json_says_of_its_range_tells_that_all_of_it_are_numbers() -> None:
    chunks = [chunk for chunk in encode_segment(0, column("text", 10**40, 10**400, None)) if chunk.key == "value"]

    assert [(1, 1e40, 1e40), (3, None, None)] == [(chunk.n, chunk.low, chunk.high) for chunk in chunks]


def test_numbers_stay_numbers_where_a_key_was_text_for_a_while() -> None:
    chunks = encode_segment(0, column(0.5, "NaN", 0.25, None, 0.125))

    assert sorted(values_of(chunks, "value")) == [
        (ChunkKind.JSON, ["NaN", None]),
        (ChunkKind.NUMBER, [0.5, 0.25, 0.125]),
    ]


def test_nested_and_dotted_keys_stay_apart() -> None:
    row = {"nested": {"key": 2}, "nested.key": 3, "train/loss": 1}
    keys = {chunk.key for chunk in encode_segment(0, [row])}

    assert keys == {STEPS_KEY, "nested\\.key", "nested.key", "train/loss"}
    assert {public_name(key) for key in keys - {STEPS_KEY}} == {"nested.key", "train/loss"}
    assert read_back(0, 1, encode_segment(0, [row])) == [row]


def test_a_dotted_name_means_the_flat_key_first_and_a_dict_can_be_asked_for() -> None:
    row = {"nested": {"key": 2, "deep": {"er": 4}}, "nested.key": 3}

    assert [find(row, name) for name in ("nested.key", "nested.deep", "nested.deep.er")] == [3, {"er": 4}, 4]
    assert find(row, "nested") == {"key": 2, "deep": {"er": 4}}
    assert not has(row, "nested.missing")


@pytest.mark.parametrize("document", [{}, {"_type": "histogram", "values": [1]}, {str(key): key for key in range(99)}])
def test_media_empty_and_large_dicts_are_one_value(document: dict[str, Any]) -> None:
    assert values_of(encode_segment(0, column(document)), "value") == [(ChunkKind.JSON, [document])]


def test_null_is_not_missing() -> None:
    assert read_back(0, 3, encode_segment(0, [{"a": None}, {}, None])) == [{"a": None}, {}, None]


def test_regular_axes_cost_a_few_bytes() -> None:
    chunks = encode_segment(
        0, [{"_step": line * 10, "a": 1.0} if line % 3 == 0 else {"_step": line * 10} for line in range(60_000)]
    )

    assert all(len(chunk.data) + len(chunk.lines) < 30 for chunk in chunks)


def test_ordinary_metrics_cost_less_than_five_bytes_a_point() -> None:
    generator = random.Random(1)
    rows: list[Row] = [
        {
            "_step": step,
            "_runtime": step * 0.37 + generator.random() * 0.01,
            "_timestamp": 1.7e9 + step * 0.37 + generator.random() * 0.01,
            "loss": float(np.float32(generator.random())),
            "accuracy": float(np.float32(generator.random())),
            "rate": 1e-3 * 0.999**step,
            "epoch": step // 100,
            "noise": generator.random(),
        }
        for step in range(1000)
    ]

    size = sum(len(chunk.data) + len(chunk.lines) for chunk in encode_segment(0, rows))

    assert size / (1000 * 5) < 5


def test_values_too_long_to_show_are_not_repeated_beside_the_data() -> None:
    (_, chunk) = encode_segment(0, column("x" * 300))

    assert (chunk.first, chunk.last) == (None, None)


def test_a_chunk_of_a_newer_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 9"):
        decode_values(ChunkKind.NUMBER, 1, b"\x09")


# Bytes as they are in databases since the first release. NOTE: never change one; add new ones.
STORED = [
    (ChunkKind.NUMBER, 4, "01010301000000000000000200000000000000", [1, 3, 5, 7]),
    (ChunkKind.NUMBER, 1, "0100020000000000000080", [-0.0]),
    (ChunkKind.NUMBER, 2, "0102010000008000000000000000f03f0000000000000440", [1, 2.5]),
    (ChunkKind.INT64, 1, "01020100000000000040", [2**62 + 1]),
    (ChunkKind.JSON, 2, "01005b2261222c6e756c6c5d", ["a", None]),
    (
        ChunkKind.NUMBER,
        12,
        "01010470636f21030003030401040b000000100000000000000000003c0080002101c99062c028390f00",
        [number * number for number in range(12)],
    ),
    (
        ChunkKind.INT64,
        9,
        "010170636f210300430204010408000000100000000000000000002e006098c49eac1800",
        [2**62 + 3 * number for number in range(9)],
    ),
    (
        ChunkKind.NUMBER,
        800,
        "01031400000028b52ffd20645d000018ffff000200824814012c02000000000000f03f",
        [1] * 400 + [1.0] * 400,
    ),
    (ChunkKind.JSON, 40, "010128b52ffd20a16d0000305b2261222c5d01009829a705", ["a"] * 40),
    (ChunkKind.JSON, 1, "01025b313138303539313632303731373431313330333432355d", [2**70 + 1]),
]


@pytest.mark.parametrize(("kind", "count", "data", "values"), STORED)
def test_bytes_of_the_first_version_are_read_for_ever(
    kind: ChunkKind, count: int, data: str, values: list[Any]
) -> None:
    found = decode_values(kind, count, bytes.fromhex(data)).take(np.arange(count))

    assert [seen(value) for value in found] == [seen(value) for value in values]


@given(ROWS)
def test_the_text_of_a_row_is_the_row(row: dict[str, Any]) -> None:
    assert seen(json.loads(json_text.dump(row))) == seen(row)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ("", [3, 4, 5, 6]),
        ("010a000000", [3, 13, 23, 33]),
        ("0200010000000000000005000000000000000100000000000000", [3, 4, 9, 10]),
    ],
)
def test_lines_of_the_first_version_are_read_for_ever(data: str, lines: list[int]) -> None:
    assert decode_lines(3, 4, bytes.fromhex(data)).tolist() == lines
    assert encode_lines(np.array(lines)).hex() == data
