"""What fields cost that go over all runs of a project, however few they answer.

How many runs there are is known only then; 10,000 are assumed, with some fifty keys in config and summary. The figures
are in proportion to what these took PostgreSQL, with the widest margin where documents of hundreds of keys take many
times as long. tests/unit/test_costs_over_runs.py finds fields that have no such cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from runfolio_server.graph.limits.cost import Cost, Measure, page

OVER_RUNS: Final = 60_000
"""To go over all runs for what they have in common: some 25 ms, or 50 for a histogram. 33 fit into a document."""
AGGREGATE: Final = 20_000
"""Of each metric of groups, with its median: some 10 ms more."""
OVER_DOCUMENTS: Final = 200_000
"""To take all documents of all runs apart: some 250 ms."""
CHOOSING_RUNS: Final = 30_000
"""To try filters on all runs, or to put them into an order: 10 to 50 ms."""
COUNTING_RUNS: Final = 10_000
"""To count all runs: some 6 ms."""

_AS_MADE: Final = {"created_at", "+created_at", "-created_at"}
"""Orders in which runs are found without a look at the others."""


def over_runs(of_items: Measure, own: int = OVER_RUNS) -> Measure:
    """The cost of a field that goes over all runs, with as many items as `of_items` says."""

    def measure(arguments: Mapping[str, Any]) -> Cost:
        cost = of_items(arguments)
        return Cost(own + cost.own, cost.items)

    return measure


def chosen_runs_page(arguments: Mapping[str, Any]) -> Cost:
    """The cost of a page of runs: they are tried and put into an order where filters or an order are given."""
    is_choice = _has_filters(arguments) or (arguments.get("order") or "+created_at") not in _AS_MADE
    return Cost(1 + CHOOSING_RUNS * is_choice, page(arguments).items)


def counted_runs(arguments: Mapping[str, Any]) -> Cost:
    """The cost of how many runs there are, or how many the filters choose."""
    return Cost(CHOOSING_RUNS if _has_filters(arguments) else COUNTING_RUNS)


def count_of_page(arguments: Mapping[str, Any]) -> Cost:  # noqa: ARG001
    """The cost of the count beside a page of runs, whose filters the page pays for."""
    return Cost(once=COUNTING_RUNS)


def missing_keys_of_page(arguments: Mapping[str, Any]) -> Cost:  # noqa: ARG001
    """The cost of looking in all runs for keys that none has."""
    return Cost(once=OVER_RUNS)


def _has_filters(arguments: Mapping[str, Any]) -> bool:
    filters = arguments.get("filters")
    return isinstance(filters, str) and filters.strip() not in ("", "{}", "null")
