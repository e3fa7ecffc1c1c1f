"""Queries live in .sql files; this loads them by name.

A query starts with a header: `-- name: $1 what, $2 what → RowClass*`. The arrow and class are absent for queries that
return nothing, `*` marks many rows, and `, in one snapshot` a query that must see one state of several runs, see Query.
Text up to the next header is the query; further comment lines are kept.
`{{columns r}}` stands for the columns of the table `r` that are the fields of the row class, or are given instead.
`{{state …}}` is a condition on the state of a run: see states.py.
`{{may …}}` says who may see or change what the query finds: see access.py.
`{{counted s}}` stands for the streams whose rows count: see history/counted.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Generic, TypeVar

import msgspec

from runfolio_server.domain.permission import Permission
from runfolio_server.filters.run_fields import EDGES
from runfolio_server.sql.access import ANY, PLACEHOLDER, Asked, expand
from runfolio_server.sql.history import counted
from runfolio_server.sql.runs import states as run_states

R = TypeVar("R", bound=msgspec.Struct)

HEADER = re.compile(
    r"^-- (?P<name>[a-z_]+):(?P<arguments>[^→\n]*?)(?: → (?P<row>\w+)\*?(?P<snapshot>, in one snapshot)?)?$",
    re.MULTILINE,
)

COLUMNS = re.compile(r"\{\{columns (?P<table>[a-z]+)\}\}")


class NoRow(msgspec.Struct, frozen=True):
    """The row class of queries that return nothing."""


@dataclass(frozen=True, slots=True)
class Query(Generic[R]):
    """One statement and the class of its rows; the columns are the class's fields, in order.

    `in_snapshot`: it looks at several tables, or twice at one, for several runs. Where runs are distributed a statement
    is no snapshot of that, so that it needs a transaction that is.
    `is_callers`: a caller's filter or order shaped it, so that it is the caller's when it takes too long.
    `locks`: it waits for rows that others have locked, so that being slow may be nobody's fault; in a transaction only.
    `asks`: the permission without which it finds nothing; the viewer is among its arguments.
    """

    name: str
    sql: str
    row: type[R]
    is_callers: bool = False
    locks: bool = False
    asks: Asked | None = None
    in_snapshot: bool = False

    def bind(self, arguments: tuple[object, ...]) -> tuple[object, ...]:
        """What to bind to the parameters: the arguments, and for the viewer what the permission makes of them."""
        return arguments if self.asks is None else self.asks.bind(arguments)


@dataclass(frozen=True, slots=True)
class CountedQuery(Generic[R]):
    """A statement that reads rows of runs which count: those that a run has itself, and those that a view has of a run.

    The view is a further argument, behind all others.
    """

    own: Query[R]
    of_view: Query[R]


def composed(
    name: str,
    sql: str,
    row: type[R],
    *,
    in_snapshot: bool = False,
    locks: bool = False,
    asks: Asked | None = None,
) -> Query[R]:
    """A statement put together from what a caller asked, with a header that names it in PostgreSQL's views and logs."""
    # A filter of runs may look at what they used and logged, which lies in shards beside them.
    in_snapshot = in_snapshot or EDGES in sql
    return Query(name, f"-- {name}:\n{sql}", row, is_callers=True, locks=locks, in_snapshot=in_snapshot, asks=asks)


class QueryFile:
    """The queries of one .sql file beside the Python modules of this package."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        text = resources.files(__package__).joinpath(file_name).read_text(encoding="utf-8")
        text = run_states.expand(text)
        headers = list(HEADER.finditer(text))
        ends = [header.start() for header in headers[1:]] + [len(text)]
        self._found = {
            header["name"]: (text[header.start() : end].strip(), header["row"], header["snapshot"] is not None)
            for header, end in zip(headers, ends, strict=True)
        }

    def query(self, name: str, row: type[R], *, columns: Sequence[str] | None = None) -> Query[R]:
        """The query that returns rows of this class. Raises LookupError when file and class disagree."""
        sql, asks = expand(self._text(name, row, columns))
        return Query(name, sql, row, asks=asks, in_snapshot=self._found[name][2])

    def queries(self, name: str, row: type[R]) -> dict[Permission, Query[R]]:
        """The query for each permission that its `?` may stand for. Raises LookupError as `query` does."""
        text = self._text(name, row)
        if ANY not in {found["permission"] for found in PLACEHOLDER.finditer(text)}:
            raise LookupError(f"{self.file_name}: {name} asks for one permission")
        expanded = {permission: expand(text, permission) for permission in Permission}
        return {permission: Query(name, sql, row, asks=asks) for permission, (sql, asks) in expanded.items()}

    def counted(self, name: str, row: type[R]) -> CountedQuery[R]:
        """The query in both readings of which rows count. Raises LookupError as `query` does."""
        text = self._text(name, row)
        if not counted.has_streams(text):
            raise LookupError(f"{self.file_name}: {name} does not ask which rows count")
        in_snapshot = self._found[name][2]
        return CountedQuery(
            Query(name, counted.expand(text), row, in_snapshot=in_snapshot),
            Query(name, counted.expand_for_view(text), row, in_snapshot=in_snapshot),
        )

    def command(self, name: str) -> Query[NoRow]:
        """The query that returns nothing."""
        sql, asks = expand(self._text(name, NoRow))
        return Query(name, sql, NoRow, asks=asks)

    def _text(self, name: str, row: type[msgspec.Struct], columns: Sequence[str] | None = None) -> str:
        """The query with its columns. Raises LookupError when file and class disagree."""
        text, row_name, _ = self._found[name]
        if row_name != (None if row is NoRow else row.__name__):
            raise LookupError(f"{self.file_name}: {name} returns {row_name}, not {row.__name__}")
        wanted = row.__struct_fields__ if columns is None else columns
        return COLUMNS.sub(lambda found: ", ".join(f"{found['table']}.{column}" for column in wanted), text)
