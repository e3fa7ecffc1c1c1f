"""The kinds of values, and how a column of mixed ones is split so that numbers stay numbers.

Pure. Used by chunk.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from runfolio_server.history.storage.key_columns import KeyColumn
from runfolio_server.history.storage.numbers import EXACT_INTEGERS_BELOW


class ChunkKind(IntEnum):
    """How the values of a chunk are stored. NOTE: databases hold these numbers; add, never change."""

    JSON = 0  # strings, booleans, null, lists, media, and integers that neither of the others can hold, apart
    NUMBER = 1  # float64, with a mark on those written as integers
    INT64 = 2  # integers, where float64 is not exact


# Integers that neither NUMBER nor INT64 can hold: of the kind JSON, but in a column without other values, so that what
# is kept beside the data says that they are numbers.
_LARGE = -1


def split_by_kind(column: KeyColumn) -> list[tuple[ChunkKind, KeyColumn]]:
    """The column as one or more of a single kind each: a key whose type changes is read back as it was logged.

    Large integers that float64 can hold roughly are a column of their own, of the kind JSON.
    """
    types = set(map(type, column.values))
    if types == {float} or (types <= {float, int} and _fits_float64(column.values)):
        return [(ChunkKind.NUMBER, column)]
    kinds = [_kind_of(value) for value in column.values]
    present = set(kinds)
    if float not in types and ChunkKind.INT64 in present:
        # Only integers, some large: one int64 column rather than two.
        kinds = [
            ChunkKind.INT64 if kind is ChunkKind.NUMBER and _fits_int64(value) else kind
            for kind, value in zip(kinds, column.values, strict=True)
        ]
        present = set(kinds)
    if len(present) == 1:
        return [(_stored(kinds[0]), column)]
    codes = np.array(kinds)
    return [(_stored(kind), _only(column, codes == kind)) for kind in sorted(present)]


def _stored(kind: int) -> ChunkKind:
    return ChunkKind.JSON if kind == _LARGE else ChunkKind(kind)


def _only(column: KeyColumn, chosen: npt.NDArray[np.bool_]) -> KeyColumn:
    indices = np.flatnonzero(chosen)
    return KeyColumn(column.lines[indices], [column.values[index] for index in indices.tolist()])


def _fits_float64(values: Sequence[Any]) -> bool:
    """Whether integers and floats all become float64 without loss. May say no where each would."""
    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError:
        return False
    integers = np.array([type(value) is int for value in values])
    # An integer beyond the limit is rounded to the limit or above, never below it.
    return bool((np.abs(numbers[integers]) < EXACT_INTEGERS_BELOW).all())


def _kind_of(value: Any) -> int:
    if type(value) is float:
        return ChunkKind.NUMBER
    if type(value) is not int:
        return ChunkKind.JSON
    try:
        if int(float(value)) == value:
            return ChunkKind.NUMBER
    except OverflowError:
        return ChunkKind.JSON
    return ChunkKind.INT64 if _fits_int64(value) else _LARGE


def _fits_int64(value: int) -> bool:
    return -(2**63) <= value < 2**63
