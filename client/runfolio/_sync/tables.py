# Made from _async/tables.py by client/unasync.py; do not edit.
"""Tables, and the media in their cells: of a run, or of an artifact. Made by run_media.py and artifact_media.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from runfolio._sync.media import CLASSES, Media
from runfolio._sync.media_place import MediaPlace
from runfolio._core import json_text
from runfolio._core.media import HISTOGRAM, TABLE, Histogram, histogram_of, items_of
from runfolio._core.media_tables import (
    ARTIFACT_TABLE,
    JOINED,
    PARTITIONED,
    TABLE_SUFFIX,
    array_columns,
    joined_rows,
    table_of,
    time_columns,
    time_of,
)
from runfolio.frames import array_column, media_frame

if TYPE_CHECKING:
    from pandas import DataFrame


class Table:
    """A table: one file, or several with its rows, in their order."""

    def __init__(self, parts: list[Media]) -> None:
        self.parts = parts

    def read(self) -> tuple[list[str], list[list[Any]]]:
        """The names of its columns and its rows; a medium in a cell is an Image, Html …, read when it is asked for.

        Points in time are datetimes, UTC; arrays of NumPy are such, where NumPy is installed. Raises ValueError for a
        file that is no table, MissingExtraError for arrays without NumPy.
        """
        columns: list[str] = []
        rows: list[list[Any]] = []
        for part in self._parts():
            document = json_text.parse(part.read())
            columns, found = table_of(document)
            times = time_columns(document)
            more = [_cells(part.place, row, times) for row in found]
            for array in array_columns(document):
                file = part.place.file(array.path)
                for row, cell in zip(more, array_column(file.read(), array.key), strict=False):
                    row[array.column] = cell
            rows += more
        return columns, rows

    def to_pandas(self) -> DataFrame:
        """All rows as a DataFrame; media are objects in it. Raises MissingExtraError when pandas is not installed."""
        columns, rows = self.read()
        return media_frame(columns, rows)

    def _parts(self) -> list[Media]:
        return self.parts

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {', '.join(repr(part.name) for part in self.parts)}>"


class PartitionedTable(Table):
    """A table whose rows are in all tables below a directory of the artifact, in the order of their names."""

    def __init__(self, place: MediaPlace, directory: str) -> None:
        super().__init__([])
        self._place = place
        self.directory = directory

    def _parts(self) -> list[Media]:
        if not self.parts:
            below = f"{self.directory.rstrip('/')}/"
            names = [name for name in self._place.names() if name.startswith(below)]
            self.parts = [table_part(self._place, name) for name in names if name.endswith(TABLE_SUFFIX)]
        return self.parts

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.directory!r}>"


class JoinedTable:
    """Two tables that belong together where their keys are the same: `first`, `second` and `keys`, one of each."""

    def __init__(self, first: Table, second: Table, keys: tuple[str, str]) -> None:
        self.first = first
        self.second = second
        self.keys = keys

    def read(self) -> tuple[list[str], list[list[Any]]]:
        """Columns and rows of both: those with the same key side by side, and each without a partner alone.

        A name that both have is `0.name` and `1.name`, and the key is one column. Raises ValueError for a table that
        has no such column.
        """
        first, second = self.first.read(), self.second.read()
        return joined_rows(first, second, self.keys)

    def to_pandas(self) -> DataFrame:
        """The rows as a DataFrame. Raises MissingExtraError when pandas is not installed."""
        columns, rows = self.read()
        return media_frame(columns, rows)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.first!r} and {self.second!r} by {self.keys!r}>"


MediaValue: TypeAlias = "Media | Table | JoinedTable | Histogram"


def table_part(place: MediaPlace, name: str) -> Media:
    """The file of a table, or of a part of one."""
    return Media(place, {"_type": TABLE, "path": name})


def cell_of(place: MediaPlace, value: Any) -> Any:
    """What a cell stands for: a medium, a list of media, or what it is."""
    if not isinstance(value, Mapping) or "_type" not in value:
        return value
    items = items_of(value)
    if items is not None:
        return [medium_of(place, item) or item for item in items]
    found = medium_of(place, value)
    return value if found is None else found


def medium_of(place: MediaPlace, value: Mapping[str, Any], name: str | None = None) -> MediaValue | None:
    """The medium of a value; None: it is none. `name` is the file that has the value, where it has one."""
    kind = str(value.get("_type"))
    if kind == HISTOGRAM:
        return histogram_of(value)
    if kind == ARTIFACT_TABLE and name is not None:
        return Table([table_part(place, name)])
    if kind == PARTITIONED and isinstance(value.get("parts_path"), str):
        return PartitionedTable(place, value["parts_path"])
    if kind == JOINED and isinstance(value.get("table1"), str) and isinstance(value.get("table2"), str):
        key = value.get("join_key")
        first, second = key if isinstance(key, list) and len(key) == 2 else (key, key)
        keys = (str(first), str(second))
        return JoinedTable(_table_at(place, value["table1"]), _table_at(place, value["table2"]), keys)
    if not isinstance(value.get("path"), str):
        return None
    if kind == TABLE:
        return Table([Media(place, value)])
    return CLASSES.get(kind, Media)(place, value)


def _table_at(place: MediaPlace, name: str) -> Table:
    return Table([table_part(place, name)])


def _cells(place: MediaPlace, row: list[Any], times: set[int]) -> list[Any]:
    """The row with what its cells stand for."""
    return [time_of(cell) if number in times else cell_of(place, cell) for number, cell in enumerate(row)]
