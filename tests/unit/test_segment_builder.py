"""A segment put together from parts, lines and chunks alike, is the one that its rows make at once."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.history.storage.chunk_kinds import ChunkKind
from runfolio_server.history.storage.segment_builder import SegmentBuilder
from tests.encoded_segment import encode_segment
from tests.unit.history_rows import LINES, seen
from tests.unit.test_chunk import as_database_rows, column, read_back

Row = dict[str, Any] | None


@given(st.lists(LINES, max_size=4), st.integers(0, 2**40))
def test_rows_that_come_in_parts_come_back_as_they_were(parts: list[list[Row]], first_line: int) -> None:
    segment = SegmentBuilder(first_line)
    for part in parts:
        segment.add_rows(part, 0)
    rows = [row for part in parts for row in part]

    assert first_line + len(rows) == segment.past
    assert [seen(row) for row in rows] == [seen(row) for row in read_back(first_line, len(rows), segment.chunks())]


@given(st.lists(LINES, max_size=4), LINES, st.integers(0, 2**40))
def test_segments_become_one_without_a_change_of_values(
    parts: list[list[Row]], rest: list[Row], first_line: int
) -> None:
    segment = SegmentBuilder(first_line)
    chunks, past = [], first_line
    for part in parts:
        chunks += encode_segment(past, part)
        past += len(part)
    rows = [row for part in [*parts, rest] for row in part]

    segment.add_chunks(as_database_rows(chunks), past)
    segment.add_rows(rest, 0)

    assert [seen(row) for row in rows] == [seen(row) for row in read_back(first_line, len(rows), segment.chunks())]


@given(st.lists(LINES, max_size=4))
def test_the_chunks_are_those_of_all_rows_at_once(parts: list[list[Row]]) -> None:
    segment = SegmentBuilder(7)
    for part in parts:
        segment.add_rows(part, 0)
    rows = [row for part in parts for row in part]

    assert sorted(encode_segment(7, rows), key=lambda chunk: (chunk.key, chunk.line0)) == sorted(
        segment.chunks(), key=lambda chunk: (chunk.key, chunk.line0)
    )


def test_numbers_take_nine_bytes_and_texts_what_their_lines_take() -> None:
    segment = SegmentBuilder(0)

    segment.add_rows(column(1, 2.5), 30)
    assert 18 == segment.size
    segment.add_rows(column("text"), 40)
    assert 58 == segment.size


def test_a_key_that_was_all_numbers_goes_on_with_other_values() -> None:
    segment = SegmentBuilder(0)
    segment.add_rows(column(1, 2.5, 2**60 + 1), 0)

    segment.add_rows(column("x", 3), 0)

    kinds = {chunk.kind for chunk in segment.chunks() if chunk.key == "value"}
    assert {ChunkKind.NUMBER, ChunkKind.INT64, ChunkKind.JSON} == kinds
