"""Whether a row has a key that may be in one of two documents, as conditions on each. Used by compile.py.

So that shared_documents.py can count and gather conditions by the one document that each of them reads.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from runfolio_server.filters.language.fields import Presence
from runfolio_server.filters.language.operators import OperatorName
from runfolio_server.filters.language.tree import And, Condition, Filter, Not, Or

_NEVER = Not(And(()))


def each_key_in_one_place(tree: Filter) -> Filter:
    """The same filter, in which no condition asks of two documents."""
    match tree:
        case And(filters) | Or(filters):
            return type(tree)(tuple(map(each_key_in_one_place, filters)))
        case Not(item):
            return Not(each_key_in_one_place(item))
        case Condition(Presence(besides=besides) as field) if besides is not None:
            places = (replace(field, besides=None), Presence(besides))
            is_there = Or(tuple(Condition(place, OperatorName.EXISTS, True) for place in places))  # noqa: FBT003
            if _holds(tree, is_there=True):
                return And(()) if _holds(tree, is_there=False) else is_there
            return Not(is_there) if _holds(tree, is_there=False) else _NEVER
        case Condition():
            return tree
        case _:
            assert_never(tree)


def _holds(condition: Condition, *, is_there: bool) -> bool:
    """Whether the condition lets a row through that has the key, or one that has not."""
    operator, operand = condition.operator, condition.operand
    match operator:
        case OperatorName.EXISTS | OperatorName.EQ:
            return bool(operand) is is_there
        case OperatorName.NE:
            return bool(operand) is not is_there
        case OperatorName.NIN:
            return all(bool(value) is not is_there for value in operand)
        case _:
            return any(bool(value) is is_there for value in operand)
