"""What the values of a column are, all together: one type for all of them. Used by frames.py."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Any

from runfolio._core import json_text
from runfolio._core.missing_value import MISSING
from runfolio._core.run_table import Column
from runfolio._generated import RunFields

INT64 = range(-(2**63), 2**63)
# Beyond it float64 skips integers.
EXACT_IN_FLOAT = range(-(2**53), 2**53 + 1)


class Kind(Enum):
    """What the values of a column are."""

    NOTHING = auto()
    BOOLEAN = auto()
    INTEGER = auto()
    NUMBER = auto()
    TEXT = auto()
    TIME = auto()
    TEXTS = auto()
    MIXED = auto()


_KIND_BY_TYPE: dict[Any, Kind] = {
    type_: kind
    for plain, kind in (
        (bool, Kind.BOOLEAN),
        (int, Kind.INTEGER),
        (str, Kind.TEXT),
        (datetime, Kind.TIME),
        (list[str], Kind.TEXTS),
    )
    for type_ in (plain, plain | None)
}
# Where tables have other words than the wire, or leave something out; run_data.py says why.
_SHOWN = {"id": None, "name": "id", "display_name": "name"}
# The attributes of a run, whether or not a run has one: what is asked of a run, and the names of what it belongs to.
KIND_BY_ATTRIBUTE = {
    **{
        shown: _KIND_BY_TYPE[field.annotation]
        for name, field in RunFields.model_fields.items()
        if (shown := _SHOWN.get(name, name)) and field.annotation in _KIND_BY_TYPE
    },
    **dict.fromkeys(("user", "entity", "project"), Kind.TEXT),
}


def kind_of(values: Sequence[Any]) -> Kind:
    """The kind of these values; None is missing."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int}:
        whole = [value for value in values if value is not None]
        return Kind.INTEGER if min(whole) in INT64 and max(whole) in INT64 else Kind.MIXED
    if kinds == {int, float}:
        # Python's integers have no end, float64 has one.
        return Kind.NUMBER if all(abs(value) < 2**1023 for value in values if type(value) is int) else Kind.MIXED
    if kinds == {str} and not json_text.is_unicode("".join(filter(None, values))):
        return Kind.MIXED
    found = {float: Kind.NUMBER, bool: Kind.BOOLEAN, str: Kind.TEXT}
    return Kind.NOTHING if not kinds else found.get(kinds.pop(), Kind.MIXED) if len(kinds) == 1 else Kind.MIXED


def kinds_of_fields(columns: dict[str, Column], fields: Sequence[str]) -> dict[str, Kind]:
    """What columns of fields are, where that is not told by their values; what is missing becomes what pandas has.

    A column with a null is one of objects: None is the null in it and NaN is missing.
    """
    kinds: dict[str, Kind] = {}
    for name in fields:
        has_null = any(value is None for value in columns[name])
        if has_null:
            kinds[name] = Kind.MIXED
        columns[name] = [(math.nan if has_null else None) if value is MISSING else value for value in columns[name]]
    return kinds


def plain_column(name: str, values: Sequence[Any]) -> tuple[Kind, Sequence[Any]]:
    """A column of exactly its type, None where it is missing; `name` may be that of an attribute."""
    kind = KIND_BY_ATTRIBUTE.get(name) or kind_of(values)
    if kind is Kind.TIME:
        return kind, [None if value is None else datetime.fromisoformat(value) for value in values]
    if kind is Kind.NUMBER and int in set(map(type, values)):
        return kind, [None if value is None else float(value) for value in values]
    if kind is Kind.MIXED:
        return kind, [None if value is None else json_text.dump(value) for value in values]
    return kind, values
