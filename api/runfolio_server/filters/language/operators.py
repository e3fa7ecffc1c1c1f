"""The operators of the filter language, and which fields take which. Used by parse.py, operands.py and compile.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FieldKind(StrEnum):
    """What the values of a field are."""

    TEXT = "text"
    TAGS = "list of text"
    TIME = "time"
    NUMBER = "number"
    BOOLEAN = "boolean"
    JSON = "any JSON value"
    PRESENCE = "true or missing"


class OperatorName(StrEnum):
    """What stands between a field and an operand."""

    EQ = "$eq"
    NE = "$ne"
    GT = "$gt"
    GTE = "$gte"
    LT = "$lt"
    LTE = "$lte"
    IN = "$in"
    NIN = "$nin"
    EXISTS = "$exists"
    REGEX = "$regex"
    CONTAINS = "$contains"
    ALL = "$all"
    SIZE = "$size"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator and the kinds of fields that take it."""

    name: OperatorName
    kinds: frozenset[FieldKind]


_EVERY = frozenset(FieldKind)
_ORDERED = frozenset({FieldKind.TEXT, FieldKind.TIME, FieldKind.NUMBER, FieldKind.JSON})
_TEXTUAL = frozenset({FieldKind.TEXT, FieldKind.TAGS, FieldKind.JSON})
_LISTS = frozenset({FieldKind.TAGS, FieldKind.JSON})

OPERATORS: Final = {
    operator.name: operator
    for operator in (
        Operator(OperatorName.EQ, _EVERY),
        Operator(OperatorName.NE, _EVERY),
        Operator(OperatorName.GT, _ORDERED),
        Operator(OperatorName.GTE, _ORDERED),
        Operator(OperatorName.LT, _ORDERED),
        Operator(OperatorName.LTE, _ORDERED),
        Operator(OperatorName.IN, _EVERY),
        Operator(OperatorName.NIN, _EVERY),
        Operator(OperatorName.EXISTS, _EVERY),
        Operator(OperatorName.REGEX, _TEXTUAL),
        Operator(OperatorName.CONTAINS, _TEXTUAL),
        Operator(OperatorName.ALL, _LISTS),
        Operator(OperatorName.SIZE, _LISTS),
    )
}

COMPARISONS: Final = {OperatorName.GT: ">", OperatorName.GTE: ">=", OperatorName.LT: "<", OperatorName.LTE: "<="}
"""The operators that need an order, as SQL writes them."""

AND: Final = "$and"
OR: Final = "$or"
NOR: Final = "$nor"
NOT: Final = "$not"
LOGICAL: Final = (AND, OR, NOR, NOT)


def operators_of(kind: FieldKind) -> tuple[str, ...]:
    """What may stand under a field of this kind, as it is written."""
    return (*(name.value for name, operator in OPERATORS.items() if kind in operator.kinds), NOT)
