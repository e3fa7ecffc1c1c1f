"""A query of runs: what every list, count, export and change of many runs is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from runfolio_server.domain.hidden import Sight
from runfolio_server.filters.language.list_query import ListQuery
from runfolio_server.filters.run_fields import RUN_FIELDS, run_fields_for


@dataclass(frozen=True, slots=True)
class RunQuery(ListQuery):
    """Which runs of a project; which project it is, access decides (it is never part of what the caller writes here).

    >>> RunQuery.parse('{"state": "finished"}', "-created_at").written
    '{"state": "finished"}'
    """

    fields = RUN_FIELDS

    @classmethod
    def asked(cls, sight: Sight, filters: str | None, order: str | None = None) -> Self:
        """The query of a viewer's arguments: what they do not see of every run, they may not ask for either.

        Raises AppError as `parse` does, Forbidden for a field that is hidden from them.
        """
        return cls.parse(filters, order, run_fields_for(sight))
