"""How compiled selections write scalars and enums: values of the usual class as they are, others as graphql-core would.

Used by selection_compiler.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
    is_scalar_type,
)
from graphql.pyutils import is_awaitable

from runfolio_server.answer_budget import WeighedDict, WeighedList
from runfolio_server.domain.time_text import time_text
from runfolio_server.graph.execution.compiled_selection import NotPlain
from runfolio_server.graph.relay.scalars import as_it_is

# Never exceptions, awaitables or null.
PLAIN_CLASSES = frozenset({str, int, float, bool, dict, list, WeighedDict, WeighedList})
# Of values that count as one each.
WITHOUT_TEXT = frozenset({int, float, bool, type(None), datetime})

# What the tests below and selection_compiler.py name.
NAMES = {"PLAIN_CLASSES": PLAIN_CLASSES, "WITHOUT_TEXT": WITHOUT_TEXT, "datetime": datetime, "UTC": UTC}

_TESTS: dict[Any, str] = {
    GraphQLString.coerce_output_value: "type({0}) is not str",
    GraphQLID.coerce_output_value: "type({0}) is not str",
    GraphQLBoolean.coerce_output_value: "type({0}) is not bool",
    GraphQLInt.coerce_output_value: "type({0}) is not int or not -2147483648 <= {0} <= 2147483647",
    # Only a finite number is zero when it is taken from itself.
    GraphQLFloat.coerce_output_value: "type({0}) is not float or {0} - {0} != 0.0",
    as_it_is: "type({0}) not in PLAIN_CLASSES",
    time_text: "type({0}) is not datetime or {0}.tzinfo is not UTC",
}
# Numbers, and times, which the encoder writes.
_NEVER_TEXT = (
    GraphQLBoolean.coerce_output_value,
    GraphQLInt.coerce_output_value,
    GraphQLFloat.coerce_output_value,
    time_text,
)
_WRITTEN_AS_THEY_ARE: dict[Any, frozenset[type]] = {
    GraphQLString.coerce_output_value: frozenset({str}),
    GraphQLID.coerce_output_value: frozenset({str}),
    as_it_is: PLAIN_CLASSES,
}


def unusual(of: GraphQLLeafType) -> str | None:
    """Python that tells the values in `{0}` that are not written as they are; None when it may be any value.

    UTC times count as written as they are: the encoder writes them exactly as `time_text` does.
    """
    return _TESTS.get(of.coerce_output_value) if is_scalar_type(of) else None


def is_text(of: GraphQLLeafType) -> bool:
    """Whether what is written of this type is always a text."""
    return of.coerce_output_value in (GraphQLString.coerce_output_value, GraphQLID.coerce_output_value)


def may_be_text(of: GraphQLLeafType) -> bool:
    """Whether it may be one, or any JSON."""
    return of.coerce_output_value not in _NEVER_TEXT


def are_as_written(of: GraphQLOutputType, items: list[Any]) -> bool:
    """Whether a list of this type is written as it is, as rows of history are. No is always a good answer."""
    inner = of.of_type if isinstance(of, GraphQLNonNull) else of
    if not isinstance(inner, GraphQLScalarType):
        return False
    return set(map(type, items)) <= _WRITTEN_AS_THEY_ARE.get(inner.coerce_output_value, frozenset())


def scalar_writer(of: GraphQLLeafType, *, is_required: bool) -> Callable[[Any], Any]:
    """A function that writes an unusual value as graphql-core does. It raises where graphql-core would, or waits."""

    def read(value: Any) -> Any:
        if value is None or value is Undefined:
            if is_required:
                raise NotPlain
            return None
        if isinstance(value, Exception) or is_awaitable(value):
            raise NotPlain
        written = of.coerce_output_value(value)
        if written is None or written is Undefined or is_awaitable(written):
            raise NotPlain
        return written

    return read
