"""SQL of a value inside a document (config, summary): one expression per path, used alike to filter, sort and index.

Used by compile.py, order_sql.py and index_sql.py: an index serves them when it is made of exactly these texts with
literals for the keys. A name of so many parts that its paths are too many is looked up by a function of the database,
behind the paths that come first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from runfolio_server.filters.language.fields import JsonField
from runfolio_server.filters.limits import SORT_NUMBER_EXPONENT, SORT_TEXT_CHARACTERS

PlaceKey = Callable[[str | list[str]], str]
"""Puts a key (text) or a path (text[]) into SQL: as a parameter, or as a literal for an index."""

NOT_A_NUMBER: Final = '{"$number": "NaN"}'
NUMBER_RANK: Final = 2
# domain/json_text.py: the numbers that jsonb refuses.
_NOT_FINITE: Final = (
    f"""('{NOT_A_NUMBER}'::jsonb, '{{"$number": "Infinity"}}'::jsonb, '{{"$number": "-Infinity"}}'::jsonb)"""
)
_LIMIT: Final = f"1e{SORT_NUMBER_EXPONENT}"


def json_expression(field: JsonField, place: PlaceKey, document: str | None = None) -> str:
    """The value as jsonb; SQL's NULL where the row has no such key, jsonb's null where it has and it is null.

    `document` is the SQL of the document where that is not the one for the alias `r`. A field without a path is the
    document itself.
    """
    document = document or field.document.sql
    if not field.paths:
        return document
    found = [f"{document} {'->' if len(path) == 1 else '#>'} {_place_path(path, place)}" for path in field.paths]
    found += [f"json_value_by_name({document}, {place(list(parts))})" for parts in field.names]
    return f"({found[0]})" if len(found) == 1 else f"coalesce({', '.join(found)})"


def not_finite(value: str) -> str:
    """Whether the value stands for NaN or an infinity."""
    return f"{value} IN {_NOT_FINITE}"


def rank_expression(value: str) -> str:
    """The place of the value's type: null 0, string 1, number 2, boolean 3, array 4, object 5; NULL where missing."""
    return (
        f"(CASE jsonb_typeof({value}) WHEN 'null' THEN 0 WHEN 'string' THEN 1 WHEN 'number' THEN {NUMBER_RANK} "
        f"WHEN 'boolean' THEN 3 WHEN 'array' THEN 4 "
        f"WHEN 'object' THEN CASE WHEN {value} IN {_NOT_FINITE} THEN {NUMBER_RANK} ELSE 5 END END)"
    )


def number_expression(value: str) -> str:
    """The value as numeric, NaN above Infinity above all others; NULL where it is no number."""
    return (
        f"(CASE jsonb_typeof({value}) WHEN 'number' THEN least(greatest(({value})::numeric, -{_LIMIT}), {_LIMIT}) "
        f"WHEN 'object' THEN (CASE WHEN {value} IN {_NOT_FINITE} THEN {value} ->> '$number' END)::numeric END)"
    )


def sort_text_expression(value: str) -> str:
    """What sorts within a type but numbers: the start of the text, of true or false, of an array's or object's JSON."""
    return (
        f"(left(CASE WHEN jsonb_typeof({value}) IN ('string', 'boolean') THEN {value} #>> '{{}}' "
        f"WHEN jsonb_typeof({value}) IN ('array', 'object') THEN ({value})::text END, {SORT_TEXT_CHARACTERS}) "
        f'COLLATE "C")'
    )


def sort_expressions(value: str) -> tuple[str, str, str]:
    """What a value sorts by: the place of its type (NULL where missing), the number, the text; these two never NULL."""
    return (
        rank_expression(value),
        f"coalesce({number_expression(value)}, 0)",
        f"coalesce({sort_text_expression(value)}, '')",
    )


def string_expression(value: str) -> str:
    """The value as text; NULL where it is no string."""
    return f"((CASE WHEN jsonb_typeof({value}) = 'string' THEN {value} #>> '{{}}' END) COLLATE \"C\")"


def items_expression(value: str) -> str:
    """A FROM item `items(item)`: the items of an array; none of anything else."""
    return f"jsonb_array_elements(CASE WHEN jsonb_typeof({value}) = 'array' THEN {value} END) AS items (item)"


def _place_path(path: tuple[str, ...], place: PlaceKey) -> str:
    return place(path[0]) if len(path) == 1 else place(list(path))
