"""SQL of conditions on values inside documents, such as config and summary. Used by compile.py."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from runfolio_server.filters.language.fields import JsonField
from runfolio_server.filters.language.operands import Operand
from runfolio_server.filters.language.operators import COMPARISONS, OperatorName
from runfolio_server.filters.sql.json_sql import (
    NUMBER_RANK,
    items_expression,
    json_expression,
    number_expression,
    string_expression,
)
from runfolio_server.filters.sql.parameters import Parameters

Ranges = Mapping[JsonField, tuple[str, str]]
"""Fields whose numbers an index holds: the expressions of the index for the type's place and for the number."""
NO_RANGES: Final[Ranges] = {}

_NAN: Final = {"$number": "NaN"}
_CONTAINMENT_MAX_VALUES: Final = 8
"""Containment is tried value by value; beyond this an index gains less than a scan of the table loses."""
_SCANNED_MAX_VALUES: Final = 8
"""PostgreSQL compares with so many one after the other, whatever the plan."""
_LIST_POSITION: Final = re.compile(r"\s*[+-]?[0-9]+")


def compile_json(
    field: JsonField,
    operator: OperatorName,
    operand: Operand,
    parameters: Parameters,
    *,
    is_contained: bool = True,
    ranges: Ranges = NO_RANGES,
) -> str:
    """The condition; NULL or false where it does not hold. `$eq`, `$ne`, `$nin` and `$all` come as `$in`.

    `is_contained`: equality may be written as containment, which the index on the document serves. `ranges`:
    comparisons of numbers in these fields are written as their indexes are.
    """
    if operator is OperatorName.IN:
        return _any_of(field, operand, parameters, is_contained=is_contained)
    if isinstance(operand, Decimal) and operand.is_nan():
        return "FALSE"
    if isinstance(operand, Decimal) and field in ranges:
        rank, number = ranges[field]
        return f"{rank} = {NUMBER_RANK} AND {_compare(number, operator, operand, parameters)}"
    value = json_expression(field, parameters.place)
    if operator is OperatorName.EXISTS:
        return f"{value} IS {'NOT NULL' if operand else 'NULL'}"
    if operator is OperatorName.SIZE:
        array = f"CASE WHEN jsonb_typeof({value}) = 'array' THEN {value} END"
        return f"jsonb_array_length({array}) = {parameters.bind(operand, 'int')}"
    if operator is OperatorName.REGEX:
        return _any_string(value, f"%s ~ {parameters.bind(operand, 'text')}")
    if operator is OperatorName.CONTAINS:
        return _any_string(value, f"strpos(%s, {parameters.bind(operand, 'text')}) > 0")
    if isinstance(operand, str):
        return f"{string_expression(value)} {COMPARISONS[operator]} {parameters.bind(operand, 'text')}"
    return _compare(number_expression(value), operator, operand, parameters)


def _compare(number: str, operator: OperatorName, operand: Decimal, parameters: Parameters) -> str:
    found = f"{number} {COMPARISONS[operator]} {parameters.bind(operand, 'numeric')}"
    # PostgreSQL's NaN is the greatest number; here it compares to nothing.
    return f"{found} AND {number} < 'NaN'::numeric" if operator in (OperatorName.GT, OperatorName.GTE) else found


def _any_string(value: str, test: str) -> str:
    """The test (`%s` is the text) on a string, or on any string of an array."""
    # The text of a pattern never gets here, only its placeholder, so `%` formatting is safe.
    item = test % string_expression("item")
    return f"{test % string_expression(value)} OR {_has_item(value, item)}"


def containment_count(field: object, operand: Operand) -> int:
    """At most how many documents a condition on a field compares one with, when written as containment."""
    if not isinstance(field, JsonField) or not field.document.has_containment_index or field.names:
        return 0
    values = len(operand) if isinstance(operand, tuple) else 1
    return 2 * len(field.paths) * values if values <= _CONTAINMENT_MAX_VALUES else 0


def _any_of(field: JsonField, operands: tuple[Any, ...], parameters: Parameters, *, is_contained: bool) -> str:
    """The value is one of the operands, or an array that has one of them as an item."""
    known = [operand for operand in operands if operand is not None and not _has_nan(operand)]
    found = []
    if len(known) < len(operands) and None in operands:
        value = json_expression(field, parameters.place)
        found.append(f"({value} IS NULL OR {value} = 'null'::jsonb)")
    if known:
        is_scalar = not any(isinstance(operand, dict | list) for operand in known)
        is_few = len(known) <= _CONTAINMENT_MAX_VALUES
        is_indexable = (
            is_contained and is_scalar and is_few and field.document.has_containment_index and not field.names
        )
        if is_indexable and not any(_LIST_POSITION.fullmatch(part) for path in field.paths for part in path[1:]):
            found.append(_contained(field, known, parameters))
        else:
            found.append(_plain_any_of(field, known, parameters))
    return " OR ".join(found) or "FALSE"


def _contained(field: JsonField, known: list[Any], parameters: Parameters) -> str:
    """Scalars of a document, so that its index (jsonb_path_ops) can serve.

    Containment in the whole document is the same as being equal, or an item, as long as there is one path to look at,
    of objects only; with several paths the first that is there counts, and so the value is checked once more.
    """
    documents = [
        _jsonb(_nested(path, value)) for path in field.paths for operand in known for value in (operand, [operand])
    ]
    contained = f"{field.document.sql} @> ANY ({parameters.bind(documents, 'jsonb[]')})"
    if len(field.paths) == 1:
        return contained
    return f"({contained} AND ({_plain_any_of(field, known, parameters)}))"


def _plain_any_of(field: JsonField, known: list[Any], parameters: Parameters) -> str:
    value = json_expression(field, parameters.place)
    if len(known) == 1 and not isinstance(known[0], dict | list):
        # jsonb: an array contains its items, and a scalar itself.
        return f"{value} @> {parameters.bind(_jsonb(known[0]), 'jsonb')}"
    operands = parameters.bind([_jsonb(operand) for operand in known], "jsonb[]")
    # Of a longer list PostgreSQL makes a hash table, but of an array only in a plan that is made for its very values:
    # from the sixth time on that a connection runs a statement that may be another one, which goes through the array.
    among = f"= ANY ({operands})" if len(known) <= _SCANNED_MAX_VALUES else f"IN (SELECT unnest({operands}))"
    # IS TRUE keeps the list from being joined with the items, which would make its hash table again for each row.
    return f"({value} {among} OR {_has_item(value, f'(item {among}) IS TRUE')})"


def _has_item(value: str, test: str) -> str:
    """Whether the value is an array with an item for which the test holds; both are SQL without any caller's text."""
    return f"EXISTS (SELECT 1 FROM {items_expression(value)} WHERE {test})"  # noqa: S608 - placeholders


def _nested(path: tuple[str, ...], value: Any) -> Any:
    for part in reversed(path):
        value = {part: value}
    return value


def _jsonb(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _has_nan(value: Any) -> bool:
    """NaN is equal to nothing, and so is what holds it."""
    if isinstance(value, dict):
        return value == _NAN or any(map(_has_nan, value.values()))
    return isinstance(value, list) and any(map(_has_nan, value))
