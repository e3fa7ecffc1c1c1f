"""A field's value as jsonb or as a number, whatever kind of field it is. Used by sql/run_lists/groups.py."""

from __future__ import annotations

from typing import Final

from runfolio_server.filters.language.fields import Column, Field, JsonField
from runfolio_server.filters.language.operators import FieldKind
from runfolio_server.filters.sql.compile import presence_expression
from runfolio_server.filters.sql.json_sql import json_expression, number_expression
from runfolio_server.filters.sql.parameters import Parameters

FLOAT64_MAX: Final = "1.7976931348623157e308"


def value_expression(field: Field, parameters: Parameters) -> str:
    """The value as jsonb, in which 1 equals 1.0; SQL's NULL where the run has none. Tags are sorted, being a set."""
    if isinstance(field, JsonField):
        return json_expression(field, parameters.place)
    if not isinstance(field, Column):
        return f"to_jsonb(nullif({presence_expression(field, parameters)}, false))"
    if field.kind is FieldKind.TAGS:
        return f"sorted_tags({field.sql})"
    return f"to_jsonb({field.sort or field.sql})"


def finite_expression(field: Field, parameters: Parameters) -> str:
    """The value as numeric that a float64 can hold; NULL where it is no number, NaN or infinite. Times are seconds.

    numeric and not float8, because sums and squares of large float8 overflow, and an overflow is an error.
    """
    if isinstance(field, Column) and field.kind is FieldKind.TIME:
        return f"extract(epoch FROM {field.sql})"
    number = number_expression(f"({value_expression(field, parameters)})")
    return f"(CASE WHEN {number} BETWEEN -{FLOAT64_MAX} AND {FLOAT64_MAX} THEN {number} END)"
