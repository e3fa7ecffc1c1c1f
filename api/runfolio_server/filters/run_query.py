"""A query of runs: what every list, count, export and change of many runs is about."""

from __future__ import annotations

from dataclasses import dataclass

from runfolio_server.filters.language.list_query import ListQuery
from runfolio_server.filters.run_fields import RUN_FIELDS


@dataclass(frozen=True, slots=True)
class RunQuery(ListQuery):
    """Which runs of a project; which project it is, access decides (it is never part of what the caller writes here).

    >>> RunQuery.parse('{"state": "finished"}', "-created_at").written
    '{"state": "finished"}'
    """

    fields = RUN_FIELDS
