"""Values bound to a statement, numbered from where the statement's own end. Used by compile.py and order_sql.py."""

from __future__ import annotations


class Parameters:
    """Collects values; each placeholder is cast, so that its type never depends on where it stands."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.values: list[object] = []

    def bind(self, value: object, type_name: str) -> str:
        """The placeholder of a value, e.g. `$4::text`."""
        self.values.append(value)
        return f"${self.first + len(self.values) - 1}::{type_name}"

    def place(self, key: str | list[str]) -> str:
        """The placeholder of a key or path of JSON."""
        return self.bind(key, "text" if isinstance(key, str) else "text[]")
