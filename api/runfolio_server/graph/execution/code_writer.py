"""Writes Python source: lines, blocks, and names for the objects that it uses. Used by selection_compiler.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

INDENT = " "


class CodeWriter:
    """One function. Sources that share a namespace share the names of the objects in it."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._lines: list[str] = []
        self._depth = 0
        self._variables = 0

    def line(self, text: str) -> None:
        """Add a line to the block."""
        self._lines.append(INDENT * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is added inside belongs to this `if`, `for` or `def`."""
        self.line(head)
        self._depth += 1
        yield
        self._depth -= 1

    def fresh(self) -> str:
        """A new local variable."""
        self._variables += 1
        return f"v{self._variables}"

    def assign(self, expression: str) -> str:
        """A new local variable with this value."""
        variable = self.fresh()
        self.line(f"{variable} = {expression}")
        return variable

    def bind(self, value: object) -> str:
        """The name of an object from outside."""
        name = f"g{id(value)}"
        self._namespace[name] = value
        return name

    def function(self, name: str) -> Callable[..., Any]:
        """The function of this name that the lines define."""
        # The source holds our own attribute names, and response names quoted by repr: nothing that a client can shape.
        exec("\n".join(self._lines), self._namespace)  # noqa: S102
        made: Callable[..., Any] = self._namespace.pop(name)
        return made
