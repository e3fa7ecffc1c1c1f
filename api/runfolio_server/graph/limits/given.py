"""What arguments cost by themselves: the items and texts that somebody has to go through. Used by document_cost.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CHARACTERS_PER_UNIT = 100
"""Of texts that are given, such as rows or a config: to read so many takes about as long as to answer a field."""


class Given:
    """The arguments of one request. A variable is looked through once, however many fields are given it."""

    def __init__(self) -> None:
        # By id, with what has it, so that no other gets it.
        self._known: dict[int, tuple[object, int]] = {}

    def cost(self, arguments: Mapping[str, Any]) -> int:
        """One for each item of the lists in the arguments, and what their texts cost."""
        return sum(map(self._sum, arguments.values())) // CHARACTERS_PER_UNIT

    def _sum(self, value: Any) -> int:
        """In characters; an item is as much as the characters of a unit."""
        if isinstance(value, str):
            return len(value)
        if not isinstance(value, dict | list):
            return 0
        if id(value) in self._known:
            return self._known[id(value)][1]
        found = sum(map(self._sum, value.values() if isinstance(value, dict) else value))
        if isinstance(value, list):
            found += len(value) * CHARACTERS_PER_UNIT
        self._known[id(value)] = value, found
        return found
