"""What the files of tables say: columns, rows, times, arrays beside them, and how two belong together.

Used by _async/tables.py and artifact_media.py. The files are those that the W&B SDK writes into runs and artifacts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

ARTIFACT_TABLE: Final = "table"
JOINED: Final = "joined-table"
PARTITIONED: Final = "partitioned-table"
INCREMENTAL: Final = "INCREMENTAL"
TABLE_SUFFIX: Final = ".table.json"

Rows = tuple[list[str], list[list[Any]]]
"""The names of columns, and rows."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_INCREMENT: Final = re.compile(r"(\d+)(?:-(\d+))?\.")


@dataclass(frozen=True, slots=True)
class ArrayColumn:
    """A column whose cells are in a file of NumPy (`.npz`) under a key."""

    column: int
    path: str
    key: str


def table_of(document: Any) -> Rows:
    """Names of columns, and rows, of the file of a table. Raises ValueError for what is none."""
    columns = document.get("columns") if isinstance(document, dict) else None
    rows = document.get("data") if isinstance(document, dict) else None
    if not isinstance(columns, list) or not isinstance(rows, list):
        raise ValueError("the file has no columns and data")
    return [str(column) for column in columns], [row for row in rows if isinstance(row, list)]


def time_columns(document: Any) -> set[int]:
    """Which columns have points in time: milliseconds since 1970."""
    return {number for number, kind in _column_types(document) if kind.get("wb_type") == "timestamp"}


def array_columns(document: Any) -> list[ArrayColumn]:
    """The columns that are arrays in files beside the table."""
    found = []
    for number, kind in _column_types(document):
        params = kind.get("params")
        place = params.get("serialization_path") if isinstance(params, dict) else None
        if kind.get("wb_type") == "ndarray" and isinstance(place, dict):
            found.append(ArrayColumn(number, str(place.get("path")), str(place.get("key"))))
    return found


def time_of(value: Any) -> Any:
    """The point in time of a cell, UTC; what is no number stays as it is.

    >>> time_of(1500).isoformat()
    '1970-01-01T00:00:01.500000+00:00'
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    try:
        return _EPOCH + timedelta(milliseconds=value)
    except (OverflowError, ValueError):
        return value


def joined_rows(first: Rows, second: Rows, keys: tuple[str, str]) -> Rows:
    """The rows of both tables: each pair with the same key, and those without a partner.

    The key is one column; a name that both have becomes `0.name` and `1.name`. Raises ValueError where no column has
    the name of the key.

    >>> joined_rows((["id", "a"], [[1, "x"], [2, "y"]]), (["id", "b"], [[2, 5]]), ("id", "id"))
    (['id', 'a', 'b'], [[1, 'x', None], [2, 'y', 5]])
    """
    places = [_place(table[0], key) for table, key in ((first, keys[0]), (second, keys[1]))]
    columns = [
        [name for at, name in enumerate(table[0]) if at != place]
        for table, place in zip((first, second), places, strict=True)
    ]
    both = set(columns[0]) & set(columns[1])
    names = [f"{number}.{name}" if name in both else name for number in (0, 1) for name in columns[number]]
    partners: dict[Any, list[list[Any]]] = {}
    for row in second[1]:
        partners.setdefault(_hashable(_at(row, places[1])), []).append(row)
    rows = []
    met = set()
    for row in first[1]:
        key = _hashable(_at(row, places[0]))
        met.add(key)
        for partner in partners.get(key) or [[]]:
            rest = _rest(row, places[0], len(columns[0])) + _rest(partner, places[1], len(columns[1]))
            rows.append([_at(row, places[0]), *rest])
    for row in second[1]:
        if _hashable(_at(row, places[1])) not in met:
            alone = [None] * len(columns[0])
            rows.append([_at(row, places[1]), *alone, *_rest(row, places[1], len(columns[1]))])
    return [keys[0], *names], rows


def increment_order(name: str) -> tuple[int, int, str]:
    """What increments are ordered by, from their files' names `NUMBER-TIME.key.table.json`.

    >>> sorted(["10-1.t.table.json", "2-7.t.table.json"], key=increment_order)
    ['2-7.t.table.json', '10-1.t.table.json']
    """
    found = _INCREMENT.match(name)
    return (0, 0, name) if found is None else (int(found[1]), int(found[2] or 0), name)


def _column_types(document: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each column with each of the types that it may have."""
    types = document.get("column_types") if isinstance(document, dict) else None
    params = types.get("params") if isinstance(types, dict) else None
    by_name = params.get("type_map") if isinstance(params, dict) else None
    columns = document.get("columns") if isinstance(document, dict) else None
    if not isinstance(by_name, dict) or not isinstance(columns, list):
        return
    for number, name in enumerate(columns):
        kind = by_name.get(str(name))
        if not isinstance(kind, dict):
            continue
        yield number, kind
        inner = kind.get("params")
        allowed = inner.get("allowed_types") if isinstance(inner, dict) else None
        for each in allowed if isinstance(allowed, list) else ():
            if isinstance(each, dict):
                yield number, each


def _place(columns: Sequence[str], key: str) -> int:
    if key not in columns:
        raise ValueError(f"the table has no column {key!r} to join it by; it has {', '.join(map(repr, columns))}")
    return columns.index(key)


def _at(row: Sequence[Any], place: int) -> Any:
    return row[place] if place < len(row) else None


def _rest(row: Sequence[Any], place: int, count: int) -> list[Any]:
    """The other cells of a row, missing ones at its end included; of no row nothing but missing ones."""
    rest = [cell for number, cell in enumerate(row) if number != place]
    return [*rest, *[None] * (count - len(rest))]


def _hashable(key: Any) -> Any:
    return repr(key) if isinstance(key, list | dict) else key
