"""Which lists are those of the schema itself: they are long, and graphql-core completes them in one go.

Used by executor.py. A whole schema takes some 30 ms, and may be asked for several times in one document.
"""

from __future__ import annotations

from graphql import GraphQLOutputType, get_named_type, is_introspection_type
from graphql.pyutils import Path


def is_outer_introspection(item_type: GraphQLOutputType, path: Path) -> bool:
    """Whether this is a list of introspection that stands in no other: of types, of one type's fields."""
    if not is_introspection_type(get_named_type(item_type)):
        return False
    step: Path | None = path
    while step is not None:
        if isinstance(step.key, int):
            return False
        step = step.prev
    return True
