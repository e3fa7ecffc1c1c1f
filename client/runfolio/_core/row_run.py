"""Rows of nothing but numbers under the same keys, as most programs log them: kept as they are until they are sent.

No I/O. Held by log_queue.py: writing each as JSON would take most of the time of a call of `log`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runfolio._core.column_slice import ColumnSlice, slices_of
from runfolio._core.log_columns import NUMBER_BYTES, column_of

RUN_BYTES_MAX = 1024 * 1024
"""More become columns while others are logged, so that whoever logs is not held up for long."""
COLUMN_ROWS_MIN = 512
"""Fewer rows go out with others, as lines: from about here on columns cost less."""
SHORT = 8
PAUSE_ROWS = 100
"""After so few rows of a kind the next so many are not looked at: two kinds of rows may take turns."""

NUMBERS = {float, int}


class RowRun:
    """Consecutive rows of one signature: the names, and the type of the value of each. No rows at first.

    `size` is the bytes of their numbers.
    """

    def __init__(self) -> None:
        self.size = 0
        self._names: tuple[str, ...] = ()
        self._types: tuple[type, ...] = ()
        # Of each row timestamp and runtime, what was logged, and the step.
        self._values: list[tuple[Any, ...]] = []
        self._row_size = 0
        self._pause = 0

    def __len__(self) -> int:
        return len(self._values)

    def add(self, row: Mapping[str, Any], timestamp: float, runtime: float, step: int) -> bool:
        """Take the row, if it goes with those that are here already."""
        values = row.values()
        if tuple(map(type, values)) != self._types or tuple(row) != self._names or not 0 < self.size < RUN_BYTES_MAX:
            return False
        self._values.append((timestamp, runtime, *values, step))
        self.size += self._row_size
        return True

    def can_begin(self, row: Mapping[str, Any]) -> bool:
        """Whether the row, which does not go with those that are here, may be the first of another run."""
        if 0 < len(self._values) <= SHORT:
            self._pause = PAUSE_ROWS
        if self._pause:
            self._pause -= 1
            return False
        return (
            NUMBERS.issuperset(map(type, row.values()))
            and len(row) * NUMBER_BYTES * COLUMN_ROWS_MIN < RUN_BYTES_MAX
            and all(type(name) is str for name in row)
        )

    def begin(self, row: Mapping[str, Any], timestamp: float, runtime: float, step: int) -> None:
        """Take the row as the first of a run. What was here must have been taken out."""
        self._names, self._types = tuple(row), tuple(map(type, row.values()))
        self._values = [(timestamp, runtime, *row.values(), step)]
        self.size = self._row_size = len(self._values[0]) * NUMBER_BYTES

    def take(self) -> tuple[list[ColumnSlice], list[dict[str, Any]]]:
        """The rows, as columns when they are many, else as they are; afterwards there are none."""
        # What is logged under one of these names wins, but for the step.
        names, values = ("_timestamp", "_runtime", *self._names, "_step"), self._values
        self._values, self.size = [], 0
        if len(values) >= COLUMN_ROWS_MIN:
            turned = dict(zip(names, zip(*values, strict=True), strict=True))
            columns = {name: column_of(name, column) for name, column in turned.items()}
            # An integer beyond 64 bits is no number here; as lines the server can keep out single rows.
            if not any(column.kind == "values" for column in columns.values()):
                return list(slices_of(columns, len(values))), []
        return [], [dict(zip(names, row, strict=True)) for row in values]
