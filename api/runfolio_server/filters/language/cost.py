"""What a filter costs: about how long PostgreSQL looks at one row for it. Called by parse.py.

The unit is about 0.1 µs of one core, measured on rows with 30 keys of config, 20 of summary, three tags, and texts of
100 to 200 characters. Equality that an index serves costs less; longer texts and documents cost more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, assert_never

from runfolio_server.errors import AppError
from runfolio_server.filters.language.fields import Column, JsonField, Presence
from runfolio_server.filters.language.operators import COMPARISONS, FieldKind, OperatorName
from runfolio_server.filters.language.tree import Condition
from runfolio_server.filters.limits import COST_MAX

KINDS_TOLD: Final = 3
TAGS_PER_UNIT: Final = 3
"""Values of `$in` that are compared with each tag of a row, one after the other."""

COLUMN_COSTS: Final = {OperatorName.CONTAINS: 5, OperatorName.REGEX: 15}
TAGS_COSTS: Final = {OperatorName.CONTAINS: 10, OperatorName.REGEX: 20}
JSON_COSTS: Final = {
    OperatorName.SIZE: 4,
    OperatorName.CONTAINS: 25,
    OperatorName.REGEX: 40,
    **dict.fromkeys(COMPARISONS, 5),
}
JSON_LIST_COST: Final = 8
"""Of `$in` and `$nin` with several values, however many: they are looked up."""
COLUMN_COST: Final = 1
TAGS_COST: Final = 2
JSON_COST: Final = 1
"""Of all other operators."""
FURTHER_WAY_COST: Final = 2
"""Of each further way to read a key of a document (`config.a.b` has two) where one operator costs more than JSON_COST;
of those that cost just that it is as much again, because the key is read but once."""

_LISTS: Final = (OperatorName.IN, OperatorName.NIN)


def check_cost(conditions: Iterable[Condition]) -> None:
    """Raises AppError when these cost more than COST_MAX together; it names what costs the most."""
    costs: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for condition in conditions:
        kind = f"{condition.operator} on {condition.field.kind}"
        costs[kind] += condition_cost(condition)
        counts[kind] += 1
    if costs.total() > COST_MAX:
        most = "; ".join(f"{counts[kind]} × {kind}: {cost}" for kind, cost in costs.most_common(KINDS_TOLD))
        raise AppError(
            f"filters costs {costs.total()}; allowed: {COST_MAX}. Most of it: {most}. Ask for less of these at once",
            path="filters",
            allowed=(f"a cost of {COST_MAX}",),
        )


def condition_cost(condition: Condition) -> int:
    """The cost of one condition; that of `$all` is that of `$eq` for each of its values.

    >>> from runfolio_server.filters.run_fields import RUN_FIELDS
    >>> condition_cost(Condition(RUN_FIELDS.find("config.a.b", ""), OperatorName.CONTAINS, "x"))
    27
    """
    field, operator, operand = condition.field, condition.operator, condition.operand
    if operator is OperatorName.ALL:
        return sum(condition_cost(Condition(field, OperatorName.EQ, value)) for value in operand) or COLUMN_COST
    match field:
        case Presence(what=JsonField(paths=paths), besides=besides):
            return JSON_COST * (len(paths) + (0 if besides is None else len(besides.paths)))
        case Presence():
            return TAGS_COST
        case JsonField(paths=paths):
            is_list = operator in _LISTS and len(operand) > 1
            known = JSON_LIST_COST if is_list else JSON_COSTS.get(operator, JSON_COST)
            return known + (len(paths) - 1) * min(known, FURTHER_WAY_COST)
        case Column(kind=FieldKind.TAGS):
            return TAGS_COSTS.get(operator) or _tags_cost(operand if operator in _LISTS else (operand,))
        case Column():
            return COLUMN_COSTS.get(operator, COLUMN_COST)
        case _:
            assert_never(field)


def _tags_cost(values: Iterable[object]) -> int:
    """Of tags that are compared all at once, and of lists of tags, each of which is compared for itself."""
    found = TAGS_COST
    tags = 0
    for value in values:
        if isinstance(value, list):
            found += TAGS_COST
            tags += len(value)
        else:
            tags += 1
    return found + tags // TAGS_PER_UNIT
