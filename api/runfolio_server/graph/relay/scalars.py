"""Scalars of the schema, and the Python types that stand for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

from runfolio_server.domain.time_text import instant_text, time_text

JSONString = NewType("JSONString", str)
JSON = NewType("JSON", object)
Int64 = NewType("Int64", int)
Base64 = NewType("Base64", str)
Instant = NewType("Instant", datetime)

INT64_MAX = 2**63 - 1


def _parse_json_string(value: object) -> JSONString:
    if not isinstance(value, str):
        raise GraphQLError(f"JSONString must be a string that holds JSON, not {type(value).__name__}")
    return JSONString(value)


def _parse_base64(value: object) -> Base64:
    if not isinstance(value, str):
        raise GraphQLError(f"Base64 must be a string, not {type(value).__name__}")
    return Base64(value)


def _parse_int64(value: object) -> Int64:
    try:
        number = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    except ValueError:
        number = None
    if isinstance(value, float) and value.is_integer():
        number = int(value)
    if number is None or not -INT64_MAX - 1 <= number <= INT64_MAX:
        raise GraphQLError(f"Int64 must be a 64-bit integer, not {value!r:.60}")
    return Int64(number)


def _parse_time(value: object) -> datetime:
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise GraphQLError(f"A time must be a string of ISO 8601, not {value!r:.60}")


def as_it_is(value: Any) -> Any:
    """The value: what such a scalar writes is what it is given. Compiled selections know it by this function."""
    return value


SCALARS: dict[object, Any] = {
    JSONString: strawberry.scalar(
        name="JSONString",
        description="JSON as a string; it may hold NaN, Infinity and -Infinity, and integers of any size.",
        serialize=as_it_is,
        parse_value=_parse_json_string,
    ),
    JSON: strawberry.scalar(name="JSON", description="Any JSON value.", serialize=as_it_is, parse_value=as_it_is),
    Int64: strawberry.scalar(
        name="Int64", description="A 64-bit integer.", serialize=as_it_is, parse_value=_parse_int64
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A time in UTC in whole seconds, `2026-11-30T13:36:41Z`; what is finer is cut off.",
        serialize=time_text,
        parse_value=_parse_time,
    ),
    Instant: strawberry.scalar(
        name="Instant",
        description="A time in UTC to the microsecond, `2026-11-30T13:36:41.810297Z`.",
        serialize=instant_text,
        parse_value=_parse_time,
    ),
    Base64: strawberry.scalar(
        name="Base64",
        description="Bytes as text: RFC 4648, section 4, with padding.",
        serialize=as_it_is,
        parse_value=_parse_base64,
    ),
}
