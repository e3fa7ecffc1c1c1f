"""Filters with fewer conditions that let the same rows through. Called by parse.py.

Callers write alternatives as `$or` of hundreds of conditions on one field; PostgreSQL plans and evaluates those one by
one, and a list of values at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from runfolio_server.filters.language.fields import Field
from runfolio_server.filters.language.operators import OperatorName
from runfolio_server.filters.language.tree import And, Condition, Filter, Not, Or


def simplified(tree: Filter) -> Filter:
    """The same filter, with one `$in` for alternatives on one field, one `$nin` for exclusions, and less nesting.

    >>> from runfolio_server.filters.run_fields import RUN_FIELDS
    >>> either = [Condition(RUN_FIELDS.find("group", ""), OperatorName.EQ, name) for name in "ab"]
    >>> simplified(Or(tuple(either))).operand
    ('a', 'b')
    """
    match tree:
        case And(filters):
            return _and(_merged(_spliced(filters, And), OperatorName.NE, OperatorName.NIN))
        case Or(filters):
            found = _merged(_spliced(filters, Or), OperatorName.EQ, OperatorName.IN)
            return found[0] if len(found) == 1 else Or(tuple(found))
        case Not(item):
            return Not(simplified(item))
        case _:
            return tree


def condition_count(tree: Filter) -> int:
    """How many conditions PostgreSQL is given; each value of `$all` is one."""
    match tree:
        case And(filters) | Or(filters):
            return sum(map(condition_count, filters))
        case Not(item):
            return condition_count(item)
        case Condition(operator=OperatorName.ALL, operand=operand):
            return max(1, len(operand))
        case _:
            return 1


def conditions_of(tree: Filter) -> Iterator[Condition]:
    """Every condition of the filter, in order."""
    match tree:
        case And(filters) | Or(filters):
            for item in filters:
                yield from conditions_of(item)
        case Not(item):
            yield from conditions_of(item)
        case Condition():
            yield tree


def _spliced(filters: Iterable[Filter], kind: type[And | Or]) -> Iterator[Filter]:
    """The filters simplified, and those of this kind replaced by what is in them."""
    for item in filters:
        found = simplified(item)
        if isinstance(found, kind):
            yield from found.filters
        else:
            yield found


def _merged(filters: Iterable[Filter], single: OperatorName, several: OperatorName) -> list[Filter]:
    """The filters, those with one of the operators on one field as one, where the first of them stands."""
    found: list[Filter] = []
    alike: dict[Field, list[Condition]] = {}
    for item in filters:
        if isinstance(item, Condition) and item.operator in (single, several):
            if item.field not in alike:
                alike[item.field] = []
                found.append(item)
            alike[item.field].append(item)
        else:
            found.append(item)

    def merged(item: Filter) -> Filter:
        if not isinstance(item, Condition) or item.operator not in (single, several) or len(alike[item.field]) == 1:
            return item
        operands = [[one.operand] if one.operator is single else one.operand for one in alike[item.field]]
        return Condition(item.field, several, tuple(itertools.chain.from_iterable(operands)))

    return [merged(item) for item in found]


def _and(filters: list[Filter]) -> Filter:
    return filters[0] if len(filters) == 1 else And(tuple(filters))
