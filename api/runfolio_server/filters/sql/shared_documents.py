"""A filter of many conditions on documents reads each document once for a row. Used by compile.py.

PostgreSQL reads a large value anew (detoasts it) for every expression that names its column, and frees neither this
copy nor what it takes out of it until the row is done: 300 conditions on a config of 3 MB took 900 MB. So beyond
TOGETHER conditions they are asked of `d`, a sub-select that reads the documents of the row, in parts of so many, each
of which takes its values out of the documents once:

    (SELECT true FROM (SELECT r.config || '{}'::jsonb AS config OFFSET 0) AS d WHERE
      (SELECT true FROM (SELECT d.config -> $1 AS v0, d.config -> $2 AS v1 OFFSET 0) AS d WHERE …) AND …)

`|| '{}'` gives the document as it is read, and OFFSET 0 keeps the planner from putting the expression in the place of
its name. As a value, and not in EXISTS, a sub-select is asked for a second row, and before that PostgreSQL frees what
the first one took.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from runfolio_server.filters.language.fields import Document, Field, JsonField, Presence
from runfolio_server.filters.language.operators import COMPARISONS, OperatorName
from runfolio_server.filters.language.simplify import conditions_of
from runfolio_server.filters.language.tree import And, Condition, Filter, Not, Or
from runfolio_server.filters.sql.json_sql import PlaceKey, json_expression
from runfolio_server.filters.sql.json_where import Ranges, containment_count

TOGETHER: Final = 4
"""A part keeps its values and their texts while it is asked: of four, eight times the largest value."""

Compile = Callable[[Filter], str]


def beside_and_shared(tree: Filter, ranges: Ranges) -> tuple[Filter, Filter | None]:
    """The filter in two that are both to hold: the first as it was written, the second for compile_shared, if any.

    Of many conditions on documents the first has those, up to TOGETHER, that an index serves.
    """
    if _count(tree) <= TOGETHER:
        return tree, None
    beside: list[Filter] = []
    shared: list[Filter] = []
    for item in tree.filters if isinstance(tree, And) else (tree,):
        is_beside = _is_served(item, ranges) and _count(And((*beside, item))) <= TOGETHER
        (beside if is_beside else shared).append(item)
    return And(tuple(beside)), And(tuple(shared)) if shared else None


def compile_shared(tree: Filter, plain: Compile, place: PlaceKey) -> str:
    """The condition for rows `r`; `plain` compiles what stands on its own. Columns are not asked for inside `d`.

    Thus no sub-select here has a table in it or a function that is not immutable, which distributed runs forbid.
    """
    documents = _documents(tree)
    if not documents:
        return plain(tree)
    if not _has_documents_alone(tree):
        return _combined(tree, _columns_first, lambda item: compile_shared(item, plain, place))
    read = (f"{document.sql} || '{{}}'::jsonb AS {document.column}" for document in documents)
    return _selected(read, _in_parts(_spelled_out(tree), plain, place))


def _in_parts(tree: Filter, plain: Compile, place: PlaceKey) -> str:
    """The condition for the documents of `d`, each part of it freed on its own."""
    if _count(tree) > TOGETHER:
        return _combined(tree, _parts, lambda item: _in_parts(item, plain, place))
    fields = dict.fromkeys(field for item in conditions_of(tree) if (field := _json_field(item.field)))
    if not fields:
        return plain(tree)
    values = {field: JsonField(Document(f"v{at}", f"d.v{at}", ()), ()) for at, field in enumerate(fields)}
    read = [
        f"{json_expression(field, place, f'd.{field.document.column}')} AS {value.document.column}"
        for field, value in values.items()
    ]
    return _selected(read, plain(_moved(tree, values)))


def _combined(tree: Filter, split: Callable[[And | Or], Iterable[Filter]], compiled: Compile) -> str:
    if isinstance(tree, Not):
        return f"({compiled(tree.filter)} IS NOT TRUE)"
    if isinstance(tree, Condition):
        raise TypeError("a condition is one part")
    return f"({(' AND ' if isinstance(tree, And) else ' OR ').join(map(compiled, split(tree)))})"


def _selected(documents: Iterable[str], condition: str) -> str:
    """A sub-select that is true, or has no row."""
    read = ", ".join(documents)
    return f"(SELECT true FROM (SELECT {read} OFFSET 0) AS d WHERE {condition})"  # noqa: S608 - placeholders


def _columns_first(tree: And | Or) -> Iterator[Filter]:
    """What asks columns, which is quick; then all that asks documents alone, as one."""
    alone: list[Filter] = []
    for item in tree.filters:
        if _has_documents_alone(item):
            alone.append(item)
        else:
            yield item
    if alone:
        yield type(tree)(tuple(alone))


def _parts(tree: And | Or) -> Iterator[Filter]:
    """The filters, neighbours put together up to TOGETHER conditions."""
    part: list[Filter] = []
    for item in tree.filters:
        if part and _count(And((*part, item))) > TOGETHER:
            yield part[0] if len(part) == 1 else type(tree)(tuple(part))
            part = []
        part.append(item)
    yield part[0] if len(part) == 1 else type(tree)(tuple(part))


def _spelled_out(tree: Filter) -> Filter:
    """The same with every value of `$all` as a condition."""
    match tree:
        case And(filters) | Or(filters):
            return type(tree)(tuple(map(_spelled_out, filters)))
        case Not(item):
            return Not(_spelled_out(item))
        case Condition(field, OperatorName.ALL, operand):
            return And(tuple(Condition(field, OperatorName.EQ, value) for value in operand))
        case Condition():
            return tree


def _moved(tree: Filter, values: Mapping[JsonField, JsonField]) -> Filter:
    """The same of other fields."""
    match tree:
        case And(filters) | Or(filters):
            return type(tree)(tuple(_moved(item, values) for item in filters))
        case Not(item):
            return Not(_moved(item, values))
        case Condition(Presence(JsonField() as key) as field, operator, operand):
            return Condition(replace(field, what=values[key]), operator, operand)
        case Condition(JsonField() as field, operator, operand):
            return Condition(values[field], operator, operand)
        case Condition():
            return tree


def _json_field(field: Field) -> JsonField | None:
    found = field.what if isinstance(field, Presence) else field
    return found if isinstance(found, JsonField) else None


def _has_documents_alone(tree: Filter) -> bool:
    return all(_json_field(item.field) for item in conditions_of(tree))


def _documents(tree: Filter) -> list[Document]:
    """The documents that are asked of, each once: documents are equal when they are the same object."""
    fields = (_json_field(item.field) for item in conditions_of(tree))
    return list({field.document.column: field.document for field in fields if field}.values())


def _count(tree: Filter) -> int:
    """How many conditions on documents there are, each value of `$all` being one."""
    return sum(
        len(item.operand) if item.operator is OperatorName.ALL else 1
        for item in conditions_of(tree)
        if _json_field(item.field)
    )


def _is_served(tree: Filter, ranges: Ranges) -> bool:
    """Whether an index serves it: all alternatives, when it is of several."""
    if isinstance(tree, Or):
        return all(_is_served(item, ranges) for item in tree.filters)
    if not isinstance(tree, Condition):
        return False
    if tree.operator in COMPARISONS:
        return isinstance(tree.operand, Decimal) and tree.field in ranges
    is_equality = tree.operator in (OperatorName.EQ, OperatorName.IN)
    return is_equality and containment_count(tree.field, tree.operand) > 0
