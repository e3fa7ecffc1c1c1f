"""Columns of pieces: from a batch and from chunks alike, every value that `find` finds in the row, type for type."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain.dotted_key import find, has
from runfolio_server.history.reading.arrow import array_of
from runfolio_server.history.reading.column_types import ColumnKind, kind_of, seen_in
from runfolio_server.history.storage.cells import MISSING, Cells, as_float, cells_of, joined_cells
from runfolio_server.history.storage.chunk import VERSION, Chunk
from runfolio_server.history.storage.chunk_kinds import ChunkKind
from runfolio_server.history.storage.json_values import encode_json
from runfolio_server.history.storage.stored_rows import Segment, StoredRows, TailBatch
from runfolio_server.sql.history.history import StoredRow
from tests.encoded_segment import encode_segment
from tests.unit.history_rows import KEYS, LINES, VALUES, seen

NAMES = st.one_of(KEYS, st.tuples(KEYS, KEYS).map(".".join))
MAYBE = st.lists(st.one_of(VALUES, st.just(MISSING)), max_size=12)
# No next step, and every row counts.
ALL_COUNT = (None, math.inf, 2**62)


def as_row(chunk: Chunk) -> StoredRow:
    """The chunk as the database gives it."""
    return StoredRow(
        "", 0, chunk.segment, chunk.key, chunk.line0, chunk.n, chunk.kind, chunk.lines, chunk.data, *ALL_COUNT
    )


def pieces(lines: list[dict[str, Any] | None]) -> list[StoredRows]:
    """The lines as a batch and, unless there is no row, as a segment."""
    chunks = list(map(as_row, encode_segment(5, lines)))
    return [TailBatch("", 0, 5, lines), *([Segment(chunks)] if chunks else [])]


def shown(cells: Cells) -> list[Any]:
    """Values with their types, MISSING told from null."""
    return [
        seen(value) if is_present else MISSING
        for value, is_present in zip(cells.values(), cells.present().tolist(), strict=True)
    ]


@given(LINES, NAMES)
def test_cells_are_what_find_finds(lines: list[dict[str, Any] | None], name: str) -> None:
    expected = [seen(find(row, name)) if has(row, name) else MISSING for row in lines if row is not None]

    for piece in pieces(lines):
        assert expected == shown(piece.cells(name))


@given(MAYBE, st.data())
def test_cells_are_joined_and_taken_like_lists(values: list[Any], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(values)))
    indices = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=9)) if values else []
    whole = [MISSING if value is MISSING else seen(value) for value in values]

    joined = joined_cells([cells_of(values[:cut]), cells_of(values[cut:])])

    assert whole == shown(joined)
    assert [whole[index] for index in indices] == shown(joined.take(np.array(indices, dtype=np.intp)))


@given(MAYBE)
def test_an_arrow_column_holds_every_value_in_the_narrowest_type(values: list[Any]) -> None:
    cells = cells_of(values)
    kind = kind_of(seen_in(cells))
    known = [value for value in values if value is not MISSING and value is not None]

    array = array_of(cells, kind)

    found = array.to_pylist()
    assert [value is MISSING or value is None for value in values] == [value is None for value in found]
    given_back = [value for value in found if value is not None]
    if kind is ColumnKind.FLOAT:
        assert [seen(as_float(value)) for value in known] == [seen(value) for value in given_back]
    elif kind is not ColumnKind.JSON:
        assert [seen(value) for value in known] == [seen(value) for value in given_back]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], ColumnKind.FLOAT),
        ([None], ColumnKind.FLOAT),
        ([1, 2], ColumnKind.INTEGER),
        ([2**63 - 1, None], ColumnKind.INTEGER),
        ([1, 2.0], ColumnKind.FLOAT),
        ([1, 2**63], ColumnKind.FLOAT),
        ([True], ColumnKind.BOOLEAN),
        ([True, 1], ColumnKind.JSON),
        (["a", None], ColumnKind.TEXT),
        (["a", "\ud800"], ColumnKind.JSON),
        ([[1]], ColumnKind.JSON),
    ],
)
def test_the_kind_of_a_column_is_the_narrowest(values: list[Any], kind: ColumnKind) -> None:
    assert kind is kind_of(seen_in(cells_of(values)))


def test_integers_in_a_chunk_of_the_first_releases_are_numbers_too() -> None:
    # Large integers and other values were one chunk of JSON, and nothing was told of its range.
    lines: list[dict[str, Any] | None] = [{"v": value} for value in ("text", 2**70 + 1, None, 10**400)]
    steps, *_ = encode_segment(0, lines)
    data = bytes([VERSION]) + encode_json([row["v"] for row in lines if row])
    old = StoredRow("", 0, 0, "v", 0, 4, ChunkKind.JSON, b"", data, *ALL_COUNT)
    segment = Segment([as_row(steps), old])

    cells = segment.cells("v")

    assert ["text", 2**70 + 1, None, 10**400] == cells.values()
    assert [False, True, False, False] == cells.is_number.tolist()
    assert float(2**70) == cells.numbers[1] == segment.numbers("v")[1]
