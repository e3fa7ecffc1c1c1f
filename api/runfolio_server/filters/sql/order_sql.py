"""An order as SQL, for the table alias `r`: ORDER BY, the place of a row in it, and the rows after a place.

Used by sql/run_lists/list.py. The order is total: rows that are equal in every key follow each other by the default and
the key of their table (runs by time of creation and id), in the direction of the last one. Rows without a value come
last in both directions.

No index on a value of config or summary serves this SQL, on purpose: see index_sql.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from runfolio_server.filters.language.fields import Column, JsonField, Presence
from runfolio_server.filters.language.operators import FieldKind
from runfolio_server.filters.language.order import Order, OrderKey, Place
from runfolio_server.filters.limits import SORT_TEXT_CHARACTERS
from runfolio_server.filters.sql.compile import presence_expression
from runfolio_server.filters.sql.json_sql import json_expression, sort_expressions
from runfolio_server.filters.sql.parameters import Parameters


@dataclass(frozen=True, slots=True)
class OrderSql:
    """Pieces of one statement; the placeholders of all start at the number that was asked for.

    `place` is an expression of type text[]: select it, and a cursor can be made of it. `after` is None at the start.
    """

    order_by: str
    place: str
    after: str | None
    parameters: list[object]


@dataclass(frozen=True, slots=True)
class _Term:
    """One expression to sort by. `has_missing`: may be NULL, and NULL comes last."""

    sql: str
    type_name: str
    is_descending: bool
    has_missing: bool = False

    @property
    def order_by(self) -> str:
        direction = "DESC" if self.is_descending else "ASC"
        return f"{self.sql} {direction}{' NULLS LAST' if self.has_missing else ''}"


def compile_order(order: Order, first_parameter: int, after: Place | None = None) -> OrderSql:
    """The SQL of an order, its placeholders numbered from `first_parameter`; `after` is the place of a cursor.

    The place must come from a signed cursor of the same order. Raises ValueError when it has another length.

    >>> from runfolio_server.filters.language.order import Place, parse_order
    >>> from runfolio_server.filters.run_fields import RUN_FIELDS
    >>> compile_order(parse_order("-created_at", RUN_FIELDS), 1).order_by
    'r.created_at DESC, r.run_id DESC'
    """
    parameters = Parameters(first_parameter)
    terms = [term for key in order.keys for term in _terms(key, parameters)]
    is_descending = order.keys[-1].is_descending
    table = order.table
    if all(key.field != table.default for key in order.keys):
        terms.append(_column(table.default, is_descending))
    terms.append(_Term(table.key.sql, table.key.type_name, is_descending))
    return OrderSql(
        ", ".join(term.order_by for term in terms),
        f"ARRAY[{', '.join(f'({term.sql})::text' for term in terms)}]",
        None if after is None else _after(terms, after, parameters),
        parameters.values,
    )


def first_terms(order: Order) -> dict[str, int]:
    """Where in a place the first term of each key is, by the key's text: it is None for a row without a value."""
    found, at = {}, 0
    for key in order.keys:
        found[key.text] = at
        at += len(_terms(key, Parameters(1)))
    return found


def _terms(key: OrderKey, parameters: Parameters) -> list[_Term]:
    field, is_descending = key.field, key.is_descending
    if isinstance(field, JsonField):
        rank, number, text = sort_expressions(json_expression(field, parameters.place))
        # NOTE: With `+ 0` no index can serve. Else PostgreSQL may follow one through a million runs to find the few
        # that a filter lets through, which takes ten times as long as to scan and sort.
        return [
            _Term(f"({rank} + 0)", "int", is_descending, has_missing=True),
            _Term(number, "numeric", is_descending),
            _Term(text, "text", is_descending),
        ]
    if isinstance(field, Presence):
        present = presence_expression(field, parameters)
        return [_Term(f"nullif({present}, false)", "boolean", is_descending, has_missing=True)]
    return [_column(field, is_descending)]


def _column(column: Column, is_descending: bool) -> _Term:
    sql = column.sort or column.sql
    if column.kind is FieldKind.TAGS:
        sql = f"nullif(array_to_string({sql}, ','), '')"
    if column.kind in (FieldKind.TEXT, FieldKind.TAGS):
        short = sql if column.is_short else f"left({sql}, {SORT_TEXT_CHARACTERS})"
        return _Term(f'({short} COLLATE "C")', "text", is_descending, column.is_nullable)
    type_name = {FieldKind.TIME: "timestamptz", FieldKind.NUMBER: "numeric"}.get(column.kind, "boolean")
    return _Term(sql, type_name, is_descending, column.is_nullable)


def _after(terms: list[_Term], place: Place, parameters: Parameters) -> str:
    """The rows that come after a place: later in the first term, or equal in it and later in the next, and so on."""
    if len(terms) != len(place):
        raise ValueError(f"a place of {len(place)} values in an order of {len(terms)} terms")
    bound = [
        None if text is None else f"{parameters.bind(text, 'text')}::{term.type_name}"
        for term, text in zip(terms, place, strict=True)
    ]
    if len({term.is_descending for term in terms}) == 1 and not any(term.has_missing for term in terms):
        # One comparison of rows, which an index on these columns serves.
        sign = "<" if terms[0].is_descending else ">"
        return f"({', '.join(term.sql for term in terms)}) {sign} ({', '.join(str(value) for value in bound)})"
    found = "FALSE"
    for term, value in reversed(list(zip(terms, bound, strict=True))):
        if value is None:
            found = f"({term.sql} IS NULL AND {found})"
            continue
        later = f"{term.sql} {'<' if term.is_descending else '>'} {value}"
        if term.has_missing:
            later += f" OR {term.sql} IS NULL"
        found = f"({later} OR ({term.sql} = {value} AND {found}))"
    return found
