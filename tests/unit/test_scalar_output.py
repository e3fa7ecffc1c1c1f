"""Lists of scalars that are answered as they are, without a look at each: only where graphql-core writes the same."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
)

from runfolio_server.graph.execution.scalar_output import are_as_written
from runfolio_server.graph.relay.scalars import as_it_is

JSON = GraphQLScalarType("JSON", coerce_output_value=as_it_is)
LISTS: list[list[Any]] = [
    ["a", ""],
    ["a", None],
    ["a", 1],
    [1, 2.5],
    [True],
    [{"a": 1}, [1]],
    [float("nan")],
    [ValueError("x")],
    [(1,)],
]


@pytest.mark.parametrize("items", LISTS)
@pytest.mark.parametrize("scalar", [GraphQLString, GraphQLID, JSON, GraphQLInt, GraphQLFloat])
def test_what_is_answered_as_it_is_would_be_written_so(scalar: GraphQLScalarType, items: list[Any]) -> None:
    types: list[GraphQLOutputType] = [scalar, GraphQLNonNull(scalar)]
    written: list[Any] = []
    for item in items:
        try:
            written.append(scalar.coerce_output_value(item))
        except GraphQLError:
            written.append(None)

    for of in types:
        if are_as_written(of, items):
            assert repr(items) == repr(written)
            assert not any(item is None or isinstance(item, Exception) for item in items)


def test_rows_of_history_are() -> None:
    assert are_as_written(GraphQLNonNull(GraphQLString), ["{}"] * 3)
    assert are_as_written(GraphQLNonNull(JSON), ["{}"] * 3)
    assert not are_as_written(GraphQLList(GraphQLString), [["{}"]])
