"""How much the variables of a request may hold, looked at before they are made into inputs, which is slow.

Beside document_limits.py, which bounds documents: each object takes some forty microseconds of the server's loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from runfolio_server.errors import TooLarge

OBJECTS_MAX = 12_000
"""Objects and lists, in each other or beside each other; an SDK sends up to 10,000 files of an artifact at once."""
ITEMS_MAX = 500_000
"""In one list: the most rows that may be appended at once."""

CONTAINERS = (dict, list)


class VariableLimit(SchemaExtension):
    """Refuse variables that hold too many objects, or too long a list."""

    def on_execute(self) -> Iterator[None]:
        """Look through them before anything runs."""
        found = too_much(self.execution_context.variables or {})
        if found is not None:
            error = TooLarge(found, path="variables")
            raise GraphQLError(error.message, original_error=error)
        yield


def too_much(variables: dict[str, Any]) -> str | None:
    """What is too much in them; None when nothing is."""
    objects = 1
    waiting: list[Any] = [variables]
    while waiting:
        value = waiting.pop()
        items = value.values() if type(value) is dict else value
        if len(items) > ITEMS_MAX:
            return f"A variable has a list of {len(items)} items; allowed: {ITEMS_MAX}"
        inner = [item for item in items if type(item) in CONTAINERS]
        objects += len(inner)
        if objects > OBJECTS_MAX:
            return f"The variables hold more than {OBJECTS_MAX} objects and lists, which is the most that is allowed"
        waiting += inner
    return None
