"""Print the schema twice: served (everything) and canonical (without W&B's wire names).

`python -m runfolio_server.graph.export` writes both into schema/runfolio_schema; a test says when they are stale.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from graphql import (
    REMOVE,
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    NamedTypeNode,
    StringValueNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from runfolio_server.graph.schema import schema
from runfolio_server.graph.wandb.deprecation import LOOKED_UP, PREFIX

ROOTS = ("Query", "Mutation")
HEADER = "# Printed from the server by `poe codegen`; do not edit.\n\n"


def print_served() -> str:
    """What /graphql answers: canonical fields and wire names."""
    return HEADER + schema.as_str() + "\n"


def print_canonical() -> str:
    """Served minus the fields and input fields marked as wire names, minus the types that no root reaches any more."""
    document = visit(parse(schema.as_str()), _WithoutWireNames())
    reached = _reached_types(document)
    kept = [node for node in document.definitions if _name(node) is None or _name(node) in reached]
    return HEADER + print_ast(DocumentNode(definitions=tuple(kept))) + "\n"


def write_files() -> None:
    """Write both printings beside the migrations."""
    folder = Path(str(resources.files("runfolio_schema")))
    folder.joinpath("served.graphql").write_text(print_served(), encoding="utf-8")
    folder.joinpath("schema.graphql").write_text(print_canonical(), encoding="utf-8")


class _WithoutWireNames(Visitor):
    _type = ""

    def enter_object_type_definition(self, node: Any, *_: Any) -> Any:
        self._type = node.name.value

    def enter_field_definition(self, node: Any, *_: Any) -> Any:
        is_looked_up = (self._type, node.name.value) in LOOKED_UP
        return REMOVE if is_looked_up or _is_wire_name(node) else None

    def enter_input_value_definition(self, node: Any, *_: Any) -> Any:
        return REMOVE if _is_wire_name(node) else None


def _is_wire_name(node: Any) -> bool:
    return any(_reason(directive).startswith(PREFIX) for directive in node.directives or ())


def _reason(directive: DirectiveNode) -> str:
    for argument in directive.arguments or ():
        if directive.name.value == "deprecated" and isinstance(argument.value, StringValueNode):
            return argument.value.value
    return ""


def _reached_types(document: DocumentNode) -> set[str]:
    by_name = {_name(node): node for node in document.definitions}
    reached: set[str] = set()
    waiting: list[str] = list(ROOTS)
    while waiting:
        name = waiting.pop()
        node = by_name.get(name)
        if name in reached or node is None:
            continue
        reached.add(name)
        waiting += _named_types(node)
        # Whoever holds an interface may meet any of its implementers.
        waiting += [str(_name(other)) for other in document.definitions if name in _interfaces(other)]
    return reached


def _named_types(node: DefinitionNode) -> list[str]:
    found: list[str] = []

    class Collector(Visitor):
        def enter_named_type(self, named: NamedTypeNode, *_: Any) -> None:
            found.append(named.name.value)

    visit(node, Collector())
    return found


def _interfaces(node: DefinitionNode) -> list[str]:
    return [interface.name.value for interface in getattr(node, "interfaces", None) or ()]


def _name(node: DefinitionNode) -> str | None:
    name = getattr(node, "name", None)
    return None if name is None else str(name.value)


if __name__ == "__main__":
    write_files()
