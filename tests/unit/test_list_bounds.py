"""No list that a caller may send takes more items than are allowed, wherever it stands in the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from runfolio_server.endpoints.graphql import read_document
from runfolio_server.errors import TooLarge
from runfolio_server.graph.limits.variable_limits import ITEMS_MAX, VALUES_MAX
from runfolio_server.graph.schema import schema
from tests.called import Called
from tests.load.hostile_requests import body

ITEM: dict[str, Any] = {"ID": "UnVuOjAw", "Int": 1, "Float": 0.5, "Boolean": True}


def _lists() -> Iterator[tuple[str, list[str], GraphQLInputType]]:
    """Each list among arguments and fields of inputs: its place, the names of the inputs around it, its type."""
    for owner in schema._schema.type_map.values():
        if isinstance(owner, GraphQLObjectType | GraphQLInterfaceType) and not owner.name.startswith("__"):
            for field_name, field in owner.fields.items():
                for name, argument in field.args.items():
                    yield from _lists_in(f"{owner.name}.{field_name}({name})", [name], argument.type)


def _lists_in(
    place: str, names: list[str], of_type: GraphQLInputType
) -> Iterator[tuple[str, list[str], GraphQLInputType]]:
    plain = get_nullable_type(of_type)
    if is_list_type(plain):
        yield place, names, plain
    named = get_named_type(of_type)
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from _lists_in(f"{place}.{name}", [*names, name], field.type)


LISTS = {place: (names, of_type) for place, names, of_type in _lists()}


def _variables(names: list[str], of_type: GraphQLInputType, items: int) -> dict[str, Any]:
    item = ITEM.get(get_named_type(of_type).name, {} if "Input" in get_named_type(of_type).name else "x")
    value: Any = [item] * items
    for name in reversed(names):
        value = {name: value}
    found: dict[str, Any] = value
    return found


def test_the_lists_of_the_schema_are_found() -> None:
    assert {
        "Mutation.appendHistory(input).rows",
        "Mutation.appendHistory(input).columns.columns",
        "Mutation.updateRuns(input).ids",
        "Run.historyColumns(keys)",
    } <= LISTS.keys()


@pytest.mark.parametrize("place", LISTS)
def test_a_list_beyond_its_bound_is_refused_before_its_items_are_looked_at(place: str) -> None:
    raw = body("{ viewer { username } }", **_variables(*LISTS[place], ITEMS_MAX + 1))
    called = Called(lambda: read_document(raw))

    assert isinstance(called.error, TooLarge)
    assert f"of {ITEMS_MAX + 1} items; allowed: {ITEMS_MAX}" in str(called.error)
    assert called.counts.total() < 100


@pytest.mark.parametrize("place", LISTS)
def test_lists_that_are_too_much_together_are_refused_before_they_are_parsed(place: str) -> None:
    times = VALUES_MAX // ITEMS_MAX + 1
    lists = {f"v{number}": _variables(*LISTS[place], ITEMS_MAX) for number in range(times)}
    called = Called(lambda: read_document(json.dumps({"query": "{ a }", "variables": lists}).encode()))

    assert isinstance(called.error, TooLarge)
    assert f"more than {VALUES_MAX} JSON values" in str(called.error)
    assert 0 == called.counts["loads"]
