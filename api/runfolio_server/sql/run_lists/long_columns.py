"""The long columns of runs: read where they are selected, and with a list no further than its caller can hold.

A row of a list comes with the bytes of the long columns that are wanted, and with these columns themselves where they
are short. PostgreSQL tells the bytes without opening what it keeps compressed. Whoever wants the others asks again, by
run id. Where runs are spread over machines each one leaves out its own, as no sum over a list could.
Only fixed text is put together here; every value is bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from runfolio_server.sql.named import composed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.runs.runs import RunRow

# Each may have a megabyte or more; what else a run has is bounded by a few kilobytes, and its tags.
LONG_COLUMNS: Final = ("notes", "description", "config_text", "summary_text", "system_text")
LONG_BYTES_AT_ONCE_MAX: Final = 16 * 1024 * 1024
"""Of one statement, unless it is one run that has more. A page of 1,000 runs with 16 KiB each is read at once."""


class PartRunRow(RunRow, frozen=True):
    """A run whose long columns are None where they are not wanted or too long; `long_bytes`: of those wanted."""

    long_bytes: int


P = TypeVar("P", bound=PartRunRow)


class LongColumnsRow(msgspec.Struct, frozen=True):
    """The long columns of a run; None as in PartRunRow, and for null."""

    run_id: UUID
    long_bytes: int
    notes: str | None
    description: str | None
    config_text: str | None
    summary_text: str | None
    system_text: str | None


@dataclass(frozen=True, slots=True)
class WantedLong:
    """Which long columns are wanted, and of how many bytes a run may have them, together, to be read with its row."""

    names: AbstractSet[str]
    bytes_of_run: int = 0

    def shared_by(self, runs: int, bytes_left: int) -> WantedLong:
        """The same for a statement that reads so many runs for an answer that can hold so many bytes."""
        return WantedLong(self.names, min(LONG_BYTES_AT_ONCE_MAX, bytes_left) // max(runs, 1))

    def columns(self, number: int) -> str:
        """The columns of PartRunRow from runs `r`; `arguments` are bound from this number on."""
        size = self._size()
        columns = []
        for name in RunRow.__struct_fields__:
            if name not in LONG_COLUMNS:
                columns.append(f"r.{name}")
            elif name in self.names:
                columns.append(f"CASE WHEN {size} <= ${number:d}::bigint THEN r.{name} END")
            else:
                columns.append("NULL::text")
        return f"{', '.join(columns)}, {size}"

    @property
    def arguments(self) -> list[object]:
        """What the columns bind."""
        return [self.bytes_of_run] if self.names else []

    def whole(self) -> str:
        """The columns of LongColumnsRow from runs `r`."""
        columns = [f"r.{name}" if name in self.names else "NULL::text" for name in LONG_COLUMNS]
        return f"r.run_id, {self._size()}, {', '.join(columns)}"

    def _size(self) -> str:
        sizes = [f"coalesce(octet_length(r.{name}), 0)" for name in LONG_COLUMNS if name in self.names]
        return f"({' + '.join(sizes)})::bigint" if sizes else "0::bigint"


NOTHING_LONG: Final = WantedLong(frozenset())


async def select_named_run(
    connection: Connection, project_id: int, name: str, run_id: UUID, wanted: WantedLong
) -> PartRunRow | None:
    """The run of this name, made of which the run id is. The caller has seen the project."""
    sql = (
        f"SELECT {wanted.columns(4)}\nFROM runs AS r\n"
        "WHERE r.project_id = $1 AND r.name = $2 AND r.run_id = $3 AND r.deleted_at IS NULL"
    )
    return await connection.row(
        composed("select_run_by_name", sql, PartRunRow), project_id, name, run_id, *wanted.arguments
    )


async def select_runs(connection: Connection, run_ids: Sequence[UUID], wanted: WantedLong) -> list[PartRunRow]:
    """Those of these runs that are there, in the order given. The caller finds out whether they may be seen."""
    sql = f"SELECT {wanted.columns(2)}\nFROM runs AS r\nWHERE r.run_id = ANY ($1::uuid[]) AND r.deleted_at IS NULL"
    rows = await connection.rows(composed("select_runs", sql, PartRunRow), run_ids, *wanted.arguments)
    found = {row.run_id: row for row in rows}
    return [found[run_id] for run_id in run_ids if run_id in found]


async def with_long_columns(connection: Connection, rows: Sequence[P], wanted: WantedLong) -> list[P]:
    """The rows with all long columns that are wanted; a run that has changed meanwhile has its new ones.

    The caller has made sure that there is room for them.
    """
    missing = [row for row in rows if row.long_bytes > wanted.bytes_of_run]
    if not missing:
        return list(rows)
    statement = composed(
        "select_long_columns",
        f"SELECT {wanted.whole()}\nFROM runs AS r\nWHERE r.run_id = ANY ($1::uuid[])",
        LongColumnsRow,
    )
    found: dict[UUID, LongColumnsRow] = {}
    for part in _parts(missing):
        found |= {row.run_id: row for row in await connection.rows(statement, [row.run_id for row in part])}
    return [_joined(row, found[row.run_id], wanted) if row.run_id in found else row for row in rows]


def _joined(row: P, found: LongColumnsRow, wanted: WantedLong) -> P:
    return msgspec.structs.replace(row, **{name: getattr(found, name) for name in wanted.names})


def _parts(rows: Sequence[P]) -> Iterator[list[P]]:
    """The rows in parts that are read at once."""
    part: list[P] = []
    size = 0
    for row in rows:
        if part and size + row.long_bytes > LONG_BYTES_AT_ONCE_MAX:
            yield part
            part, size = [], 0
        part.append(row)
        size += row.long_bytes
    yield part
