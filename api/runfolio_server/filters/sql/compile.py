"""Filters from a tree to SQL with bound values, for the table alias `r` of what is listed. Used by sql/.

NOTE: A compiled condition may be NULL where it means false. AND, OR and WHERE treat the two alike; NOT does not, so
every negation is `IS NOT TRUE`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from runfolio_server.filters.language.fields import Column, JsonField, Presence, Tag
from runfolio_server.filters.language.operands import Operand
from runfolio_server.filters.language.operators import COMPARISONS, FieldKind, OperatorName
from runfolio_server.filters.language.simplify import conditions_of
from runfolio_server.filters.language.tree import And, Condition, Filter, Not, Or
from runfolio_server.filters.sql.json_sql import json_expression
from runfolio_server.filters.sql.json_where import NO_RANGES, Ranges, compile_json, containment_count
from runfolio_server.filters.sql.key_places import each_key_in_one_place
from runfolio_server.filters.sql.parameters import Parameters
from runfolio_server.filters.sql.shared_documents import beside_and_shared, compile_shared

NEVER = "FALSE"
CONTAINMENTS_MAX = 100
"""Planning compares each with a hundred documents of config that ANALYZE kept: 0.1 ms each."""

_TYPES = {
    FieldKind.TEXT: "text",
    FieldKind.TIME: "timestamptz",
    FieldKind.NUMBER: "numeric",
    FieldKind.BOOLEAN: "boolean",
}


@dataclass(frozen=True, slots=True)
class Where:
    """A condition for rows `r`; its placeholders start at the number that was asked for."""

    sql: str
    parameters: list[object]


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a condition is compiled in.

    `project_id`: all rows are of this project, so that a value may tell their key (DerivedKey). `is_contained`:
    equality in a document is written so that its index can serve. `ranges`: fields whose comparisons with numbers an
    index can serve.
    """

    parameters: Parameters
    project_id: int | None
    is_contained: bool
    ranges: Ranges


def compile_filter(
    tree: Filter, first_parameter: int, project_id: int | None = None, ranges: Ranges = NO_RANGES
) -> Where:
    """The condition of a filter, its placeholders numbered from `first_parameter`.

    With `project_id`, that of all rows it will be asked of, runs are found by name through their primary key; with
    `ranges`, by number through an index on demand of that project (index_sql.py).

    >>> from runfolio_server.filters.language.parse import parse_filters
    >>> from runfolio_server.filters.run_fields import RUN_FIELDS
    >>> compile_filter(parse_filters({"group": "folds"}, RUN_FIELDS), 3)
    Where(sql='(r.group_name = $3::text)', parameters=['folds'])
    """
    tree = each_key_in_one_place(tree)
    parameters = Parameters(first_parameter)
    beside, shared = beside_and_shared(tree, ranges)
    contained = sum(containment_count(item.field, item.operand) for item in conditions_of(beside))
    scope = _Scope(parameters, project_id, contained <= CONTAINMENTS_MAX, ranges)
    sql = _compile(beside, scope)
    if shared is not None:
        sql = f"({sql} AND {compile_shared(shared, lambda item: _compile(item, scope), parameters.place)})"
    return Where(sql, parameters.values)


def _compile(tree: Filter, scope: _Scope) -> str:
    match tree:
        case And(filters):
            return f"({' AND '.join(_compile(item, scope) for item in filters)})" if filters else "TRUE"
        case Or(filters):
            return f"({' OR '.join(_compile(item, scope) for item in filters)})"
        case Not(item):
            return f"({_compile(item, scope)} IS NOT TRUE)"
        case Condition():
            return f"({_condition(tree, scope)})"
        case _:
            assert_never(tree)


def _condition(condition: Condition, scope: _Scope) -> str:
    field, operator, operand = condition.field, condition.operator, condition.operand

    def one(operator: OperatorName, operand: Operand) -> str:
        match field:
            case Column():
                return _column(field, operator, operand, scope)
            case Presence():
                return _presence(field, operator, operand, scope.parameters)
            case JsonField():
                is_contained, ranges = scope.is_contained, scope.ranges
                return compile_json(
                    field, operator, operand, scope.parameters, is_contained=is_contained, ranges=ranges
                )
            case _:
                assert_never(field)

    return _positive(operator, operand, one)


def _positive(operator: OperatorName, operand: Operand, one: Callable[[OperatorName, Operand], str]) -> str:
    """What the operators that say "not" and "all" are made of."""
    if operator is OperatorName.EQ:
        return one(OperatorName.IN, (operand,))
    if operator is OperatorName.NE:
        return f"({one(OperatorName.IN, (operand,))}) IS NOT TRUE"
    if operator is OperatorName.NIN:
        return f"({one(OperatorName.IN, operand)}) IS NOT TRUE"
    if operator is OperatorName.ALL:
        return " AND ".join(f"({one(OperatorName.IN, (item,))})" for item in operand) or "TRUE"
    return one(operator, operand)


def _column(column: Column, operator: OperatorName, operand: Operand, scope: _Scope) -> str:
    if column.kind is FieldKind.TAGS:
        return _tags(column, operator, operand, scope.parameters)
    if not column.is_value and (operand is False or (operator is OperatorName.IN and None in operand)):
        # A row that has none of them: no condition on one of them finds it.
        is_there: Operand = True
        missing = f"({_column(column, OperatorName.EXISTS, is_there, scope)}) IS NOT TRUE"
        given = () if operand is False else tuple(value for value in operand if value is not None)
        return f"{missing} OR ({_column(column, OperatorName.IN, given, scope)})" if given else missing
    sql = _scalar(column, operator, operand, scope.parameters)
    if column.within:
        sql = column.within.replace("%s", sql)
    derived = column.derived_key
    if derived is not None and operator is OperatorName.IN and scope.project_id is not None:
        keys = [derived.of(scope.project_id, value) for value in operand if value is not None]
        return f"{derived.sql} = ANY ({scope.parameters.bind(keys, 'uuid[]')}) AND ({sql})" if keys else sql
    return sql


def _scalar(column: Column, operator: OperatorName, operand: Operand, parameters: Parameters) -> str:
    type_name = _TYPES[column.kind]
    text = f'{column.sql} COLLATE "C"'
    if operator is OperatorName.IN:
        if column.blank_is_none:
            operand = [value if value is None or value.strip() else None for value in operand]
        values = [value for value in operand if value is not None and not _is_nan(value)]
        found = []
        if column.kind is FieldKind.TIME:
            # Times are printed in whole seconds, and what is printed is found.
            seconds = [value for value in values if not value.microsecond]
            values = [value for value in values if value.microsecond]
            if len(seconds) == 1:
                second = parameters.bind(seconds[0], type_name)
                found.append(f"({column.sql} >= {second} AND {column.sql} < {second} + interval '1 second')")
            elif seconds:
                found.append(f"date_trunc('second', {column.sql}) = ANY ({parameters.bind(seconds, type_name + '[]')})")
        if len(values) == 1:
            found.append(f"{column.sql} = {parameters.bind(values[0], type_name)}")
        elif values:
            found.append(f"{column.sql} = ANY ({parameters.bind(values, type_name + '[]')})")
        if None in operand and column.is_nullable:
            found.append(f"{column.sql} IS NULL")
        return " OR ".join(found) or NEVER
    if operator is OperatorName.EXISTS:
        return f"{column.sql} IS {'NOT NULL' if operand else 'NULL'}"
    if operator is OperatorName.REGEX:
        return f"{text} ~ {parameters.bind(operand, 'text')}"
    if operator is OperatorName.CONTAINS:
        return f"strpos({text}, {parameters.bind(operand, 'text')}) > 0"
    if _is_nan(operand):
        return NEVER
    compared = text if column.kind is FieldKind.TEXT else column.sql
    return f"{compared} {COMPARISONS[operator]} {parameters.bind(operand, type_name)}"


def _tags(column: Column, operator: OperatorName, operand: Operand, parameters: Parameters) -> str:
    """Tags are a set; a row without tags has none to be equal to, and counts as missing."""
    if operator is OperatorName.IN:
        tags = [value for value in operand if isinstance(value, str)]
        has_any = f"{column.sql} && %s" if column.has_any is None else column.has_any
        found = [has_any.replace("%s", parameters.bind(tags, "text[]"))] if tags else []
        for value in operand:
            if isinstance(value, list):
                whole = parameters.bind(value, "text[]")
                found.append(f"({column.sql} @> {whole} AND {column.sql} <@ {whole})")
        if None in operand:
            found.append(f"cardinality({column.sql}) = 0")
        return " OR ".join(found) or NEVER
    if operator is OperatorName.EXISTS:
        return f"cardinality({column.sql}) {'>' if operand else '='} 0"
    if operator is OperatorName.SIZE:
        return f"cardinality({column.sql}) = {parameters.bind(operand, 'int')}"
    bound = parameters.bind(operand, "text")
    test = f'tag COLLATE "C" ~ {bound}' if operator is OperatorName.REGEX else f"strpos(tag, {bound}) > 0"
    return f"EXISTS (SELECT 1 FROM unnest({column.sql}) AS tags (tag) WHERE {test})"  # noqa: S608 - placeholders


def presence_expression(field: Presence, parameters: Parameters) -> str:
    """Whether the row has the tag or the key; never NULL."""
    if isinstance(field.what, Tag):
        return f"({field.what.column.sql} @> ARRAY[{parameters.bind(field.what.text, 'text')}])"
    found = f"{json_expression(field.what, parameters.place)} IS NOT NULL"
    if field.besides is None:
        return f"({found})"
    return f"({found} OR {json_expression(field.besides, parameters.place)} IS NOT NULL)"


def _presence(field: Presence, operator: OperatorName, operand: Operand, parameters: Parameters) -> str:
    if operator is OperatorName.EXISTS:
        present = presence_expression(field, parameters)
        return present if operand else f"NOT {present}"
    if not operand:
        # Nothing may be bound that the statement does not mention.
        return NEVER
    present = presence_expression(field, parameters)
    return " OR ".join(present if value else f"NOT {present}" for value in dict.fromkeys(operand))


def _is_nan(value: Operand) -> bool:
    return isinstance(value, Decimal) and value.is_nan()
