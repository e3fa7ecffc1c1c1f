"""How much the variables of a request may hold, looked at before they are made into inputs, which is slow.

Beside document_limits.py, which bounds documents. Called by endpoints/graphql.py where the body is read: the bytes
before they are parsed, the values once, and beside the event loop when they are many.
"""

from __future__ import annotations

from typing import Any

from runfolio_server.errors import TooLarge

VALUES_MAX = 100_000
"""JSON values in the whole body: 5,000 columns with their parts and 10,000 ids, keys or names beside them are less.
To parse them holds the interpreter for some 20 ms; their inputs are made in a thread, within a second."""
OBJECTS_MAX = 12_000
"""Objects and lists, in each other or beside each other; an SDK sends up to 10,000 files of an artifact at once."""
ITEMS_MAX = 10_000
"""In one list: no list of the schema takes more. Longer ones are sent as one text (`jsonLines`) or as columns."""
MANY_VALUES = 2000
"""From so many on, some milliseconds, inputs are made in a thread."""

CONTAINERS = (dict, list)


def check_variables(variables: dict[str, Any]) -> None:
    """Raise TooLarge for variables that hold too many objects, or too long a list. Goes through them once."""
    found = too_much(variables)
    if found is not None:
        raise TooLarge(found, path="variables")


def too_much(variables: dict[str, Any]) -> str | None:
    """What is too much in them; None when nothing is."""
    objects = 1
    waiting: list[Any] = [variables]
    while waiting:
        value = waiting.pop()
        items = value.values() if type(value) is dict else value
        if len(items) > ITEMS_MAX:
            return (
                f"A variable has a list or an object of {len(items)} items; allowed: {ITEMS_MAX}. "
                "Send more in several requests; more rows also as `jsonLines` or as `columns`."
            )
        inner = [item for item in items if type(item) in CONTAINERS]
        objects += len(inner)
        if objects > OBJECTS_MAX:
            return f"The variables hold more than {OBJECTS_MAX} objects and lists, which is the most that is allowed"
        waiting += inner
    return None


def are_many(variables: dict[str, Any]) -> bool:
    """Whether they hold more than MANY_VALUES values; looks at no more than these."""
    found = 0
    waiting: list[Any] = [variables]
    while waiting:
        value = waiting.pop()
        found += len(value)
        if found > MANY_VALUES:
            return True
        waiting += [item for item in (value.values() if type(value) is dict else value) if type(item) in CONTAINERS]
    return False
