"""What type a column has, from the values in it; a table is read before its first byte is sent, so that this is known.

Pure but for the reading itself. Used by the export endpoint; arrow.py makes arrays of the columns.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import Enum, Flag, auto
from uuid import UUID

import numpy as np

from runfolio_server.history.reading.run_pages import Wanted
from runfolio_server.history.reading.table import Table, read_tables
from runfolio_server.history.storage.cells import Cells, Floats, Mask
from runfolio_server.history.storage.numbers import EXACT_INTEGERS_BELOW
from runfolio_server.sql.pool import Database

HELD_BYTES = 16 * 1024 * 1024
"""Tables up to this size are read once; larger ones twice: first to know the types, then to send them."""
BYTES_PER_CELL = 10
BYTES_PER_OBJECT = 200


class Seen(Flag):
    """Which types of values a column holds; null is of none of them."""

    NOTHING = 0
    INTEGER = auto()  # of 64 bits
    FLOAT = auto()  # and larger integers
    BOOLEAN = auto()
    TEXT = auto()
    OTHER = auto()  # lists, objects, and text that is no Unicode


class ColumnKind(Enum):
    """The type of a column: the narrowest that holds all its values."""

    INTEGER = Seen.INTEGER
    FLOAT = Seen.INTEGER | Seen.FLOAT
    BOOLEAN = Seen.BOOLEAN
    TEXT = Seen.TEXT
    JSON = Seen.INTEGER | Seen.FLOAT | Seen.BOOLEAN | Seen.TEXT | Seen.OTHER


@dataclass(frozen=True, slots=True)
class TypedTables:
    """Tables whose columns are of known types; of `steps` too."""

    step_kind: ColumnKind
    kinds: list[ColumnKind]
    pages: AsyncIterator[list[Table]]


async def read_typed_tables(
    database: Database, run_ids: Sequence[UUID], wanted: Wanted, *, held_bytes: int = HELD_BYTES
) -> TypedTables:
    """The tables of read_tables, once it is known what types their columns have."""
    step_seen = Seen.NOTHING
    seen = [Seen.NOTHING] * len(wanted.columns)
    held: list[list[Table]] = []
    size = 0
    async for tables in read_tables(database, run_ids, wanted):
        for table in tables:
            step_seen |= seen_in(step_cells(table.steps))
            seen = [one | seen_in(cells) for one, cells in zip(seen, table.columns, strict=True)]
            size += _size_of(table)
        held.append(tables)
        if size > held_bytes:
            held = []
    step_kind, kinds = kind_of(step_seen), [kind_of(one) for one in seen]
    pages = _each(held) if size <= held_bytes else _again(database, run_ids, wanted, step_kind, kinds)
    return TypedTables(step_kind, kinds, pages)


def kind_of(seen: Seen) -> ColumnKind:
    """The narrowest type for what was seen; float64 where that was nothing."""
    if seen is Seen.NOTHING:
        return ColumnKind.FLOAT
    return next(kind for kind in ColumnKind if seen in kind.value)


def seen_in(cells: Cells) -> Seen:
    """Which types the values have."""
    found = Seen.NOTHING
    if bool(cells.is_integer.any()):
        fitting = cells.fits_int64()
        found |= Seen.INTEGER if bool(fitting.any()) else Seen.NOTHING
        found |= Seen.FLOAT if bool((cells.is_integer & ~fitting).any()) else Seen.NOTHING
    if bool((cells.is_number & ~cells.is_integer).any()):
        found |= Seen.FLOAT
    for value in cells.objects.values():
        found |= seen_as(value)
    return found


def seen_as(value: object) -> Seen:
    """The type of a value that is no number of 64 bits."""
    if value is None:
        return Seen.NOTHING
    if isinstance(value, bool):
        return Seen.BOOLEAN
    if isinstance(value, int):
        return Seen.FLOAT
    if isinstance(value, str) and value.encode("utf-8", "replace").decode() == value:
        return Seen.TEXT
    return Seen.OTHER


def step_cells(steps: Floats) -> Cells:
    """The steps as a column: integers where they have no fraction."""
    whole = (np.floor(steps) == steps) & (np.abs(steps) < EXACT_INTEGERS_BELOW)
    return Cells(steps, np.ones(len(steps), bool), whole, None, {})


async def _each(held: list[list[Table]]) -> AsyncIterator[list[Table]]:
    for tables in held:
        yield tables


async def _again(
    database: Database, run_ids: Sequence[UUID], wanted: Wanted, step_kind: ColumnKind, kinds: Sequence[ColumnKind]
) -> AsyncIterator[list[Table]]:
    """The tables once more, without rows that came meanwhile and have a value of another type."""
    async for tables in read_tables(database, run_ids, wanted):
        found = []
        for table in tables:
            fits = _fits(step_cells(table.steps), step_kind)
            for cells, kind in zip(table.columns, kinds, strict=True):
                fits &= _fits(cells, kind)
            found.append(table if bool(fits.all()) else table.take(np.flatnonzero(fits)))
        yield found


def _fits(cells: Cells, kind: ColumnKind) -> Mask:
    fits = np.ones(len(cells), bool)
    if seen_in(cells) in kind.value:
        return fits
    if Seen.FLOAT not in kind.value:
        fits = ~cells.is_number if Seen.INTEGER not in kind.value else ~cells.is_number | cells.fits_int64()
    for index, value in cells.objects.items():
        fits[index] = seen_as(value) in kind.value
    return fits


def _size_of(table: Table) -> int:
    cells = len(table.steps) * (1 + len(table.columns))
    return BYTES_PER_CELL * cells + BYTES_PER_OBJECT * sum(len(column.objects) for column in table.columns)
