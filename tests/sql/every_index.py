"""What a server knows when every field of config and summary has an index on demand."""

from __future__ import annotations

from runfolio_server.filters.language.fields import JsonField
from runfolio_server.filters.language.simplify import conditions_of
from runfolio_server.filters.language.tree import Filter
from runfolio_server.filters.sql.index_sql import field_name, order_index
from runfolio_server.filters.sql.json_where import Ranges


def ranges_of(tree: Filter) -> Ranges:
    """The expressions of the indexes of all fields that the filter names."""
    fields = {item.field for item in conditions_of(tree) if isinstance(item.field, JsonField)}
    names = {field: name for field in fields if (name := field_name(field))}
    return {field: order_index(1, name).expressions[:2] for field, name in names.items()}
