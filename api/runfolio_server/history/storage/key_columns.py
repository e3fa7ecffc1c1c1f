"""Rows to columns and back: which stored keys a row has, and the row that has these keys.

Pure. chunk.py encodes the columns; stored_rows.py builds rows again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from runfolio_server.domain.history_line import MEDIA_KEY
from runfolio_server.history.storage.key_path import encode_path

Lines: TypeAlias = npt.NDArray[np.int64]
Full: TypeAlias = list[Any] | npt.NDArray[np.float64]
"""A value for each row; an array where all are floats."""

LEAVES_MAXIMUM = 32
DEPTH_MAXIMUM = 4
"""A dict with more leaves, or whose leaves lie deeper, is one value: keys are for metrics, not for documents."""

COLUMNS_MINIMUM = 8
"""On average: so many arrays, or lists, stand side by side where they are turned into rows apart from the others."""
VALUES_AT_ONCE = 10_000
"""That are made of arrays, before they are put into rows."""


@dataclass(slots=True)
class KeyColumn:
    """The values of one stored key, in order of line."""

    lines: Lines
    values: list[Any]


def columns_of(first_line: int, rows: Sequence[Mapping[str, Any] | None]) -> dict[str, KeyColumn]:
    """The column of every stored key of these lines; a line whose row is None has no values."""
    # Rows of the same keys are turned over together: two to three times faster than value by value.
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, row in enumerate(rows):
        if row:
            groups.setdefault(tuple(row), []).append(index)
    parts: dict[str, list[KeyColumn]] = {}
    for keys, indices in groups.items():
        lines = np.array(indices, dtype=np.int64) + first_line
        turned = zip(*[rows[index].values() for index in indices], strict=True)  # type: ignore[union-attr]  # None: no group
        for key, values in zip(keys, turned, strict=True):
            _add_values(parts, key, lines, values)
    return {key: _joined(columns) for key, columns in parts.items()}


class OpenRows:
    """Rows that get their values column by column; the keys of each come in the order in which they were added."""

    def __init__(self, count: int) -> None:
        self._rows: list[dict[str, Any]] = [{} for _ in range(count)]
        # Columns without gaps wait here for each other: turned into rows together they take a fraction of the time.
        self._waiting: list[tuple[str, Full]] = []

    def add(self, path: tuple[str, ...], values: Full) -> None:
        """A column that has a value for each row."""
        if len(path) == 1:
            self._waiting.append((path[0], values))
            return
        self._add_waiting()
        for row, value in zip(self._rows, _as_list(values), strict=True):
            put(row, path, value)

    def add_some(self, path: tuple[str, ...], values: list[Any], places: Sequence[int]) -> None:
        """A column that has values for the rows at these places."""
        self._add_waiting()
        rows = self._rows
        if len(path) == 1:
            key = path[0]
            for place, value in zip(places, values, strict=True):
                rows[place][key] = value
        else:
            for place, value in zip(places, values, strict=True):
                put(rows[place], path, value)

    def rows(self) -> list[dict[str, Any]]:
        """The rows; nothing may be added afterwards."""
        self._add_waiting()
        return self._rows

    def _add_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        stretches = [list(some) for _, some in groupby(waiting, key=lambda column: isinstance(column[1], list))]
        if len(stretches) * COLUMNS_MINIMUM > len(waiting):
            stretches = [[(key, _as_list(values)) for key, values in waiting]] if waiting else []
        for stretch in stretches:
            keys = [key for key, _ in stretch]
            for row, values in zip(self._rows, _turned([values for _, values in stretch]), strict=True):
                row.update(zip(keys, values, strict=True))


def _turned(columns: list[Full]) -> Iterator[Sequence[Any]]:
    """The values of each row; the columns are lists, or else arrays."""
    if isinstance(columns[0], list):
        yield from zip(*columns, strict=True)
        return
    count = len(columns[0])
    table = np.ascontiguousarray(np.concatenate(columns).reshape(len(columns), count).T)
    # Floats that are made row by row lie side by side when they are read.
    rows_at_once = max(1, VALUES_AT_ONCE // len(columns))
    for first in range(0, count, rows_at_once):
        yield from table[first : first + rows_at_once].tolist()


def _as_list(values: Full) -> list[Any]:
    return values if isinstance(values, list) else values.tolist()


def put(row: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Put a value into the row at this path, making the dicts on the way."""
    for part in path[:-1]:
        row = row.setdefault(part, {})
    row[path[-1]] = value


def _add_values(parts: dict[str, list[KeyColumn]], key: str, lines: Lines, values: Sequence[Any]) -> None:
    if dict not in set(map(type, values)):
        parts.setdefault(encode_path((key,)), []).append(KeyColumn(lines, list(values)))
        return
    leaves: dict[str, tuple[list[int], list[Any]]] = {}
    for line, value in zip(lines.tolist(), values, strict=True):
        for path, leaf in _leaves(value):
            leaf_lines, leaf_values = leaves.setdefault(encode_path((key, *path)), ([], []))
            leaf_lines.append(line)
            leaf_values.append(leaf)
    for name, (leaf_lines, leaf_values) in leaves.items():
        parts.setdefault(name, []).append(KeyColumn(np.array(leaf_lines, dtype=np.int64), leaf_values))


def _leaves(value: Any) -> list[tuple[tuple[str, ...], Any]]:
    """The values inside a dict, each with its path; the dict itself, with no path, where it is one value."""
    found: list[tuple[tuple[str, ...], Any]] = []
    return found if _collect(value, (), found) else [((), value)]


def _collect(value: Any, path: tuple[str, ...], found: list[tuple[tuple[str, ...], Any]]) -> bool:
    """Add the leaves of the value; whether they stayed within the bounds."""
    if type(value) is not dict or not value or MEDIA_KEY in value:
        found.append((path, value))
        return len(found) <= LEAVES_MAXIMUM
    return len(path) < DEPTH_MAXIMUM and all(_collect(inner, (*path, key), found) for key, inner in value.items())


def _joined(columns: list[KeyColumn]) -> KeyColumn:
    if len(columns) == 1:
        return columns[0]
    lines = np.concatenate([column.lines for column in columns])
    values = [value for column in columns for value in column.values]
    order = np.argsort(lines, kind="stable")
    return KeyColumn(lines[order], [values[index] for index in order.tolist()])
