"""What a field costs, said beside the field, in units of one plain field of an answer. Added up by document_cost.py.

A field without a cost of its own is 1; a list with `first` is so many times what is asked of its items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

COST: Final = "cost"

VALUES_PER_UNIT: Final = 10
"""Values of history that cost as much as a field."""
KEYS_ASSUMED: Final = 10
"""Of rows that are asked for whole."""
ROWS_ASSUMED: Final = 1000
"""Of a run, where the document does not bound them."""
READING: Final = 100
"""To read all of one run's history, or all its keys, for a small answer."""
KEYS_OF_RUN_ASSUMED: Final = 100
"""Of a run whose keys are listed: how many it has is known only then."""

PAGE_SIZE_ASSUMED: Final = 100
"""Of a list whose page size is left to the server."""
PAGE_SIZE_MAX: Final = 10_000
"""Lists refuse more."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a field itself, and how many items it answers, each with the fields selected inside.

    `once` is of a field that belongs to a page and not to each of its items, such as a count.
    """

    own: int = 1
    items: int = 1
    once: int = 0


# Arguments by their GraphQL names, as the resolver will get them: absent where they were and have no default.
Measure: TypeAlias = Callable[[Mapping[str, Any]], Cost]


def costs(measure: Measure) -> Mapping[str, Measure]:
    """Metadata of a field that costs what this function says of its arguments."""
    return {COST: measure}


def items(name: str, default: int) -> Measure:
    """The cost of a list of as many items as this argument says."""
    return lambda arguments: Cost(items=number(arguments, name, default))


def page(arguments: Mapping[str, Any]) -> Cost:
    """The cost of a page of a list."""
    return Cost(items=min(number(arguments, "first", PAGE_SIZE_ASSUMED), PAGE_SIZE_MAX))


def range_of(arguments: Mapping[str, Any], most: int) -> int:
    """How many steps lie from `minStep` up to `maxStep`; `most`, where that is less or the range is open."""
    low, high = number(arguments, "minStep", 0), arguments.get("maxStep")
    return min(high - low, most) if isinstance(high, int) else most


def reading(arguments: Mapping[str, Any]) -> Cost:  # noqa: ARG001
    """The cost of a field that reads all of a run's history and answers little."""
    return Cost(READING)


def reading_keys(arguments: Mapping[str, Any]) -> Cost:  # noqa: ARG001
    """The cost of a list of a run's keys."""
    return Cost(READING, KEYS_OF_RUN_ASSUMED)


def rows_cost(arguments: Mapping[str, Any], size: str, default: int) -> Cost:
    """The cost of so many rows of `keys`, or whole ones, as the argument `size` says."""
    return Cost(values_cost(number(arguments, size, default), key_count(arguments)))


def values_cost(rows: int, keys: int) -> int:
    """The cost of rows times keys."""
    return 1 + max(0, rows) * keys // VALUES_PER_UNIT


def key_count(arguments: Mapping[str, Any]) -> int:
    """How many `keys` are asked for."""
    keys = arguments.get("keys")
    return len(keys) if isinstance(keys, list) and keys else KEYS_ASSUMED


def number(arguments: Mapping[str, Any], name: str, default: int) -> int:
    """An argument that is a number; the default where it is null or absent."""
    found = arguments.get(name)
    return found if isinstance(found, int) else default
