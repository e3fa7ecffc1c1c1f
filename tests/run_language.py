"""The filter language with the fields of runs, for tests of what it means."""

from __future__ import annotations

from runfolio_server.filters.language.fields import Field
from runfolio_server.filters.language.order import Order
from runfolio_server.filters.language.tree import Filter
from runfolio_server.filters.run_fields import RUN_FIELDS
from runfolio_server.filters.run_query import RunQuery


def parse_filters(text: str | None) -> Filter:
    """The tree of filters of runs."""
    return RunQuery.parse(text).filters


def parse_order(text: str | None) -> Order:
    """An order of runs."""
    return RunQuery.parse(None, text).order


def find_field(name: str, path: str = "") -> Field:
    """A field of runs."""
    return RUN_FIELDS.find(name, path)


DEFAULT_ORDER = parse_order(None)
