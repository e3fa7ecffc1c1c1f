"""What the rows of a run, or of one of its branches, are made of, wherever it lies. Called by scan.py and its family.

A run's own rows are one statement. Where those of other runs count in it too, which that statement tells, each of these
runs is one more: it may lie on another machine. What is fetched so is put together here, and nobody else notices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

import msgspec

from runfolio_server.sql.history.history import HOLDER_KIND, StoredRow
from runfolio_server.sql.named import CountedQuery
from runfolio_server.sql.pool import Connection, Database


@dataclass(frozen=True, slots=True)
class Branch:
    """What a run was before it was rewound: the view of it, and the runs that have its rows."""

    view_id: UUID
    holders: tuple[UUID, ...]


Source: TypeAlias = UUID | Branch
"""Whose rows: a run's, or those of a branch."""


async def select_pieces(
    database: Database, query: CountedQuery[StoredRow], source: Source, stream: str, *arguments: object
) -> list[StoredRow]:
    """The rows of the query for the source; the first one has the least `next_step` of all runs that were asked."""
    async with database.connection() as connection:
        return await pieces_on(connection, query, source, stream, *arguments)


async def pieces_on(
    connection: Connection, query: CountedQuery[StoredRow], source: Source, stream: str, *arguments: object
) -> list[StoredRow]:
    """As select_pieces, in the caller's transaction."""
    if isinstance(source, Branch):
        return await _of_view(connection, query, source, stream, arguments)
    rows = await connection.rows(query.own, source, stream, *arguments)
    holders = holders_of(rows)
    if not holders:
        return rows
    own = [row for row in rows if row.kind != HOLDER_KIND]
    shared = await _of_view(connection, query, Branch(source, holders), stream, arguments)
    return _joined([own, shared])


def holders_of(rows: Sequence[StoredRow]) -> tuple[UUID, ...]:
    """The other runs whose rows count too, as the rows tell."""
    return tuple(dict.fromkeys(UUID(row.writer) for row in rows if row.kind == HOLDER_KIND))


async def _of_view(
    connection: Connection, query: CountedQuery[StoredRow], view: Branch, stream: str, arguments: Sequence[object]
) -> list[StoredRow]:
    return _joined(
        [await connection.rows(query.of_view, holder, stream, *arguments, view.view_id) for holder in view.holders]
    )


def _joined(parts: Sequence[Sequence[StoredRow]]) -> list[StoredRow]:
    """All rows; below the step that the first one tells every part is complete."""
    rows = [row for part in parts for row in part]
    steps = [part[0].next_step for part in parts if part and part[0].next_step is not None]
    if rows and steps:
        rows[0] = msgspec.structs.replace(rows[0], next_step=min(steps))
    return rows
