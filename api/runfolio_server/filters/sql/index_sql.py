"""Indexes that are made on demand, each for one project's order by one value: their SQL, and how to walk along one.

The same index serves comparisons of that value with numbers: compile_filter writes those with its expressions, and then
it is for the planner, which knows how the numbers are distributed, to use it or not.

Used by sql/run_lists/indexes.py, which makes and drops them, and sql/run_lists/by_index.py. An index has the terms
of order_sql.py as columns, but with literals for the keys: a planner that does not know the parameters can use it too.
Three traps shape what is here:

- A filter that lets few runs through, in the order of an index, reads the whole table in random order: so an index is
  never the planner's to choose, but walked on purpose and just so far (by_index.py), and else scanned and sorted.
- `DESC NULLS LAST` is the order of no ascending index: so runs that have the value and runs that do not are walked
  separately, and within either nothing is NULL.
- An entry over 2.7 kB makes INSERT fail: so text counts by its first characters and numbers are bounded (limits.py).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from runfolio_server.domain.dotted_key import in_brackets
from runfolio_server.errors import AppError
from runfolio_server.filters.language.fields import JsonField
from runfolio_server.filters.language.operators import COMPARISONS
from runfolio_server.filters.language.order import Order
from runfolio_server.filters.language.tree import And, Condition, Filter
from runfolio_server.filters.run_fields import RUN_FIELDS
from runfolio_server.filters.sql.json_sql import json_expression, sort_expressions
from runfolio_server.filters.sql.parameters import Parameters
from runfolio_server.sized_cache import SizedCache, text_bytes

NAME_PREFIX: Final = "run_order_"
FIELD_MAX_BYTES: Final = 200
"""Longer names are not indexed: each stands in a statement some fifty times."""

_TYPES: Final = ("int", "numeric", "text", "timestamptz", "uuid")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./ -]*")


@dataclass(frozen=True, slots=True)
class OrderIndex:
    """An index on demand. `name` changes with anything that the index is made of; `field` is a field's name."""

    project_id: int
    field: str
    name: str
    expressions: tuple[str, str, str, str, str]
    create: str


@dataclass(frozen=True, slots=True)
class ListPart:
    """Part of a list: the runs that have the value or, after them, those that do not; from behind a place or its start.

    `where` and `order_by` are SQL for the table alias `r`, with the parameters from the number that was asked for.
    """

    where: str
    order_by: str
    parameters: list[object]


def indexed_field(order: Order) -> str | None:
    """The name of the field whose index could serve the order; None when none could: only one key of JSON is."""
    if len(order.keys) != 1:
        return None
    field = order.keys[0].field
    return field_name(field) if isinstance(field, JsonField) else None


def compared_fields(tree: Filter) -> list[JsonField]:
    """The fields of config and summary that every run is to compare with a number: an index could find the few."""
    conditions = tree.filters if isinstance(tree, And) else (tree,)
    found = [
        item.field
        for item in conditions
        if isinstance(item, Condition)
        and isinstance(item.field, JsonField)
        and item.operator in COMPARISONS
        and isinstance(item.operand, Decimal)
    ]
    return list(dict.fromkeys(found))


FIELD_NAMES_BYTES_MAX: Final = 4 * 2**20
"""Some thousand names, of which a server is asked for a few hundred. A field may hold its key in thirty ways."""
FIELD_NAMES: SizedCache[JsonField, tuple[str | None]] = SizedCache(FIELD_NAMES_BYTES_MAX)
ORDER_INDEXES_BYTES_MAX: Final = 4 * 2**20
"""Some hundred indexes: a project has five, and each is one statement."""
ORDER_INDEXES: SizedCache[tuple[int, str], OrderIndex] = SizedCache(ORDER_INDEXES_BYTES_MAX)


def field_name(field: JsonField) -> str | None:
    """The one spelling by which a field is remembered; None for one that is too long to be indexed."""
    return FIELD_NAMES.found_or_made(field, lambda: (_field_name(field),), lambda name: _field_bytes(field, *name))[0]


def _field_bytes(field: JsonField, name: str | None) -> int:
    return text_bytes(name) + sum(text_bytes(*path) + 8 * len(path) + 50 for path in (*field.paths, *field.names))


def _field_name(field: JsonField) -> str | None:
    # Of a dotted name the first path is that of one key.
    root, first = field.document.spellings[0], field.paths[0]
    dotted = f"{root}.{first[0]}"
    try:
        is_dotted = len(first) == 1 and RUN_FIELDS.find(dotted, "") == field
    except AppError:
        is_dotted = False
    name = dotted if is_dotted else root + in_brackets(first)
    return name if len(name.encode()) <= FIELD_MAX_BYTES and RUN_FIELDS.find(name, "") == field else None


def order_index(project_id: int, field: str) -> OrderIndex:
    """The index for a project's order by a field of config or summary. Raises AppError for a name of no such field."""
    return ORDER_INDEXES.found_or_made((project_id, field), lambda: _order_index(project_id, field), _index_bytes)


def _index_bytes(index: OrderIndex) -> int:
    return 300 + text_bytes(index.field, index.name, *index.expressions, index.create)


def _order_index(project_id: int, field: str) -> OrderIndex:
    found = RUN_FIELDS.find(field, "field")
    if not isinstance(found, JsonField):
        raise AppError(f"{field} is not indexed on demand", path="field")
    value = json_expression(found, literal, found.document.column)
    columns = ", ".join(f"({text})" for text in sort_expressions(value))
    made_of = f"ON runs ({columns}, created_at, run_id) WHERE project_id = {project_id:d} AND deleted_at IS NULL"
    name = f"{NAME_PREFIX}{project_id:d}_{hashlib.sha256(made_of.encode()).hexdigest()[:16]}"
    return OrderIndex(
        project_id,
        field,
        name,
        (*sort_expressions(json_expression(found, literal)), "r.created_at", "r.run_id"),
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} {made_of}",
    )


def drop_statement(name: str) -> str:
    """The statement that drops an index of ours. Raises ValueError for any other name."""
    if not re.fullmatch(NAME_PREFIX + "[a-z0-9_]+", name):
        raise ValueError(f"{name!r} is no index on demand")
    return f"DROP INDEX CONCURRENTLY IF EXISTS {name}"


def segments(
    index: OrderIndex, order: Order, after: Sequence[str | None] | None, first_parameter: int
) -> list[ListPart]:
    """What is left of the list behind a place of it: the rest of the present, then the missing; or of the missing."""
    if after is not None and len(after) != len(index.expressions):
        raise ValueError(f"a place of {len(after)} values in an order of {len(index.expressions)} terms")
    if after is not None and after[0] is None:
        return [_segment(index, order, after, first_parameter, has_value=False)]
    return [
        _segment(index, order, after, first_parameter, has_value=True),
        _segment(index, order, None, first_parameter, has_value=False),
    ]


def literal(key: str | list[str]) -> str:
    r"""A key or path as a literal of ASCII: nothing but harmless characters and `\U` escapes, whatever the text is.

    >>> literal("a'b")
    "E'a\\U00000027b'::text"
    """
    if isinstance(key, str):
        return f"{_quoted(key)}::text"
    return f"ARRAY[{', '.join(_quoted(part) for part in key)}]::text[]"


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return f"'{text}'"
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("PostgreSQL's text holds neither NUL nor a lone surrogate")
    escaped = "".join(character if _PLAIN.fullmatch(character) else f"\\U{ord(character):08X}" for character in text)
    return f"E'{escaped}'"


def _segment(
    index: OrderIndex, order: Order, after: Sequence[str | None] | None, first_parameter: int, *, has_value: bool
) -> ListPart:
    is_descending = order.keys[-1].is_descending
    parameters = Parameters(first_parameter)
    rank = index.expressions[0]
    conditions = [
        f"r.project_id = {index.project_id:d}",
        "r.deleted_at IS NULL",
        f"{rank} IS {'NOT NULL' if has_value else 'NULL'}",
    ]
    if after is not None:
        # One comparison of rows: where it begins in the index is found at once, however deep in the list.
        terms = list(zip(index.expressions, _TYPES, after, strict=True))[0 if has_value else 1 :]
        place = ", ".join(f"{parameters.bind(text, 'text')}::{type_name}" for _, type_name, text in terms)
        sign = "<" if is_descending else ">"
        conditions.append(f"({', '.join(sql for sql, _, _ in terms)}) {sign} ({place})")
    direction = "DESC" if is_descending else "ASC"
    return ListPart(
        " AND ".join(conditions), ", ".join(f"{sql} {direction}" for sql in index.expressions), parameters.values
    )
