"""The tables whose columns some fields are: FROM items behind the table `r` that is listed. Used by sql/run_lists.

A join, and no sub-select where the value stands: where runs are distributed there may be none outside FROM and WHERE.
"""

from __future__ import annotations

from collections.abc import Iterable

from runfolio_server.filters.language.fields import Column, Field


def joined_tables(fields: Iterable[Field]) -> str:
    """What follows `FROM … AS r`: nothing, or a space and the joins that the values of these fields need.

    >>> from runfolio_server.filters.run_fields import RUN_FIELDS
    >>> joined_tables([RUN_FIELDS.find("project", ""), RUN_FIELDS.find("config.lr", "")])
    ' JOIN projects AS home ON home.project_id = r.project_id'
    """
    joins = dict.fromkeys(field.joined for field in fields if isinstance(field, Column) and field.joined)
    return "".join(f" {text}" for text in joins)
