"""Filters from JSON text to a tree, or an error that says where and what is allowed. Called by list_query.py."""

from __future__ import annotations

from typing import Any

from runfolio_server.domain import json_text
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import name_excerpt, value_excerpt
from runfolio_server.filters.language.cost import check_cost
from runfolio_server.filters.language.field_table import FieldTable
from runfolio_server.filters.language.fields import Column, Field
from runfolio_server.filters.language.operands import check_one_of, check_operand
from runfolio_server.filters.language.operators import AND, LOGICAL, NOR, NOT, OPERATORS, OperatorName, operators_of
from runfolio_server.filters.language.simplify import condition_count, conditions_of, simplified
from runfolio_server.filters.language.tree import EVERYTHING, And, Condition, Filter, Not, Or
from runfolio_server.filters.language.value_text import readable_number
from runfolio_server.filters.limits import CONDITIONS_MAX, DEPTH_MAX, FILTERS_MAX_BYTES, PATTERNS_MAX


def parse_filters(value: Any, table: FieldTable) -> Filter:
    """The tree of what read_filters gave, with the fields of this table; None and `{}` let every row through.

    Conditions of a kind are merged (simplify.py). Raises AppError with the path of the first mistake
    (`filters.$or[1].config.lr`) and what is allowed there.

    >>> from runfolio_server.filters.run_fields import RUN_FIELDS
    >>> parse_filters({"state": "finished"}, RUN_FIELDS).operator.value
    '$eq'
    """
    tree = EVERYTHING if value is None else simplified(_parse_object(value, table, "filters", 1))
    if (count := condition_count(tree)) > CONDITIONS_MAX:
        raise AppError(
            f"filters has {count} conditions; allowed: {CONDITIONS_MAX}; alternatives on one field are one condition "
            "when they are written with $in or in one $or",
            path="filters",
            allowed=(f"{CONDITIONS_MAX} conditions",),
        )
    patterns = {item.operand for item in conditions_of(tree) if item.operator is OperatorName.REGEX}
    if len(patterns) > PATTERNS_MAX:
        raise AppError(
            f"filters has {len(patterns)} patterns; allowed: {PATTERNS_MAX}; join some with | in one $regex",
            path="filters",
            allowed=(f"{PATTERNS_MAX} patterns",),
        )
    check_cost(conditions_of(tree))
    return tree


def read_filters(text: str | None) -> Any:
    """The JSON value of a `filters` argument, None for no text and `null`. Raises AppError: too long, or not JSON."""
    if text is None or not text.strip():
        return None
    raw = json_text.escape_surrogates(text).encode()
    if len(raw) > FILTERS_MAX_BYTES:
        raise AppError(
            f"filters has {len(raw)} bytes; allowed: {FILTERS_MAX_BYTES}",
            path="filters",
            allowed=(f"{FILTERS_MAX_BYTES} bytes",),
        )
    try:
        return json_text.parse(raw)
    except ValueError as error:
        raise AppError(f"filters is not valid JSON: {error}", path="filters", allowed=("a JSON object",)) from error


def _parse_object(value: Any, table: FieldTable, path: str, depth: int) -> Filter:
    if not isinstance(value, dict):
        raise AppError(
            f'{value_excerpt(value)} at {path} is not allowed; allowed: an object such as {{"state": "finished"}}',
            path=path,
            allowed=("an object",),
        )
    if depth > DEPTH_MAX:
        raise _too_deep(path)
    return _all_of([_entry(name, operand, table, path, depth) for name, operand in value.items()])


def _entry(name: str, operand: Any, table: FieldTable, path: str, depth: int) -> Filter:
    path = f"{path}.{name_excerpt(name)}"
    if not name.startswith("$"):
        return _conditions(table.find(name, path), operand, path, depth + 1)
    if name == NOT:
        return Not(_parse_object(operand, table, path, depth + 1))
    if name not in LOGICAL:
        hint = "; it belongs under a field" if name in OPERATORS else ""
        raise _unknown_operator(name, path, LOGICAL, hint)
    if not isinstance(operand, list):
        raise AppError(
            f"{value_excerpt(operand)} at {path} is not allowed; allowed: a list of filters",
            path=path,
            allowed=("a list of filters",),
        )
    # Reports write null for a row that is switched off or not filled in.
    filters = [
        _parse_object(item, table, f"{path}[{number}]", depth + 1)
        for number, item in enumerate(operand)
        if item is not None
    ]
    if name == AND or not filters:
        return _all_of(filters)
    either = filters[0] if len(filters) == 1 else Or(tuple(filters))
    return Not(either) if name == NOR else either


def _conditions(field: Field, operand: Any, path: str, depth: int) -> Filter:
    """What stands behind a field: a plain value, or an object of operators."""
    operand = readable_number(operand)
    if not (isinstance(operand, dict) and any(key.startswith("$") for key in operand)):
        if isinstance(operand, dict) and (name := _inner_operator(operand)):
            raise AppError(
                f"The operator {name} at {path} stands inside a value; write the whole key as the field's name, "
                "or $eq for a value that really has such a key",
                path=path,
                allowed=operators_of(field.kind),
            )
        return _condition(field, OperatorName.EQ, operand, path)
    if depth > DEPTH_MAX:
        raise _too_deep(path)
    return _all_of([_operator(field, name, item, path, depth) for name, item in operand.items()])


def _operator(field: Field, name: str, operand: Any, path: str, depth: int) -> Filter:
    allowed = operators_of(field.kind)
    if name not in allowed:
        hint = "; write (?i) at the start of the pattern instead" if name == "$options" else ""
        raise _unknown_operator(name, path, allowed, hint)
    path = f"{path}.{name}"
    if name != NOT:
        return _condition(field, OperatorName(name), operand, path)
    if not isinstance(operand, dict) or not operand:
        raise AppError(
            f"{value_excerpt(operand)} at {path} is not allowed; "
            f"allowed: an object of operators ({', '.join(allowed)})",
            path=path,
            allowed=allowed,
        )
    if not any(key.startswith("$") for key in operand):
        raise _unknown_operator(next(iter(operand)), path, allowed, "")
    return Not(_conditions(field, operand, path, depth + 1))


def _condition(field: Field, operator: OperatorName, operand: Any, path: str) -> Filter:
    checked = check_operand(field.kind, operator, readable_number(operand), path)
    if isinstance(field, Column) and field.values:
        check_one_of(field.values, operator, checked, path)
    return Condition(field, OPERATORS[operator].name, checked)


def _all_of(filters: list[Filter]) -> Filter:
    return filters[0] if len(filters) == 1 else And(tuple(filters))


def _inner_operator(value: Any) -> str | None:
    """An operator somewhere inside a plain value: surely a mistake."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            for name in item:
                if name in OPERATORS or name in LOGICAL:
                    return str(name)
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return None


def _too_deep(path: str) -> AppError:
    return AppError(
        f"Filters are nested too deeply at {path}; allowed: {DEPTH_MAX} levels",
        path=path,
        allowed=(f"{DEPTH_MAX} levels",),
    )


def _unknown_operator(name: str, path: str, allowed: tuple[str, ...], hint: str) -> AppError:
    return AppError(
        f"Unknown operator {name_excerpt(name)!r} at {path}{hint}; allowed: {', '.join(allowed)}",
        path=path,
        allowed=allowed,
    )
