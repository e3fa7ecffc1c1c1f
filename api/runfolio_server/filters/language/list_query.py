"""A query of a list, parsed once where the caller's texts arrive, and passed on as one value from there to the SQL."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, Self

from runfolio_server.filters.language.cursor import list_digest
from runfolio_server.filters.language.field_table import FieldTable
from runfolio_server.filters.language.order import Order, Place, default_order, parse_order
from runfolio_server.filters.language.parse import parse_filters, read_filters
from runfolio_server.filters.language.tree import Filter

NO_LIMIT: Final = 2**63 - 1
"""The largest bigint: what LIMIT takes for all."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which rows, in which order, from behind which place of that order, and at most how many.

    Each kind of object has a subclass with its table of `fields` (RunQuery), so that a query of one is none of another.
    Two queries are equal when their filters say the same: white space and the order of keys make no difference.
    """

    fields: ClassVar[FieldTable]

    filters: Filter = field(compare=False)
    written: str
    """The filters as JSON with sorted keys."""
    has_filters: bool = field(compare=False)
    """Whether any were given: `{}` are filters that let every row through, null and empty text are none."""
    order: Order
    after: Place | None = None
    limit: int = NO_LIMIT

    @classmethod
    def parse(cls, filters: str | None = None, order: str | None = None, fields: FieldTable | None = None) -> Self:
        """The query of these arguments; null and empty text mean every row, and the default order.

        `fields` are those that may be named, the class's own unless told.

        Raises AppError with the path of the first mistake and what is allowed there.
        """
        value = read_filters(filters)
        table = fields or cls.fields
        tree = parse_filters(value, table)
        written = json.dumps(value or {}, sort_keys=True)
        return cls(tree, written, value is not None, parse_order(order, table))

    def page(self, limit: int, after: Place | None = None) -> Self:
        """At most so many rows, from behind this place."""
        return replace(self, after=after, limit=limit)

    def ordered(self, order: str | None) -> Self:
        """The same in another order. Raises AppError as `parse` does."""
        return replace(self, order=parse_order(order, self.fields))

    def whole(self) -> Self:
        """All rows that the filters choose, in no order of the caller's: what a count is of."""
        return replace(self, order=default_order(self.fields), after=None, limit=NO_LIMIT)

    def digest(self, scope: str) -> bytes:
        """What tells this list apart for cursors: the scope (such as a project's id), the filters and the order."""
        return list_digest(scope, self.written, [key.text for key in self.order.keys])
