"""What one document may cost, checked before it runs: tokens, depth, aliases, fields times what the arguments ask for.

NOTE: strawberry's own limiters of depth and aliases follow every spread of a fragment again, which is exponential in
the length of the document, and fail on a spread of no fragment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)
from graphql.execution.values import VariableValues
from strawberry.extensions import SchemaExtension

from runfolio_server.errors import AppError
from runfolio_server.graph.limits.document_cost import DocumentCost, Fragments, cost_of

MAX_TOKENS = 10_000
MAX_DEPTH = 20
MAX_ALIASES = 100
MAX_COST = 2_000_000
# Fields `__schema` and `__type`. Tools ask for one of them, or for a few types; each may be some 50 ms of work.
MAX_INTROSPECTIONS = 5
INTROSPECTION = ("__schema", "__type")

TOO_EXPENSIVE = {"code": "TOO_EXPENSIVE"}


@dataclass(frozen=True, slots=True)
class _Size:
    """Of a selection: fields inside each other, aliases, and fields, those of a fragment wherever it is spread."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    introspections: int = 0


class SizeLimit(ValidationRule):
    """Refuse a document that is too deep, or has too many aliases or fields, or asks for the schema too often."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments: dict[str, _Size] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measure one operation."""
        size = self._size(node.selection_set, frozenset())
        if size.depth > MAX_DEPTH:
            self._refuse(node, f"This document is {size.depth} fields deep; allowed: {MAX_DEPTH}.")
        if size.aliases > MAX_ALIASES:
            self._refuse(node, f"This document has {size.aliases} aliases; allowed: {MAX_ALIASES}.")
        if size.fields > MAX_COST:
            self._refuse(node, f"This document has {size.fields} fields; allowed: {MAX_COST}.")
        if size.introspections > MAX_INTROSPECTIONS:
            message = f"This document has {size.introspections} fields `__schema` or `__type`; "
            self._refuse(node, f"{message}allowed: {MAX_INTROSPECTIONS}.")

    def _refuse(self, node: OperationDefinitionNode, message: str) -> None:
        self.report_error(GraphQLError(message, node, extensions=TOO_EXPENSIVE))

    def _size(self, selections: SelectionSetNode | None, inside: frozenset[str]) -> _Size:
        depth = aliases = fields = introspections = 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FragmentSpreadNode):
                found = self._fragment_size(selection.name.value, inside)
            else:
                found = self._size(selection.selection_set, inside)  # type: ignore[attr-defined]
            if isinstance(selection, FieldNode):
                found = _Size(
                    found.depth + 1,
                    found.aliases + (selection.alias is not None),
                    found.fields + 1,
                    found.introspections + (selection.name.value in INTROSPECTION),
                )
            depth = max(depth, found.depth)
            aliases += found.aliases
            fields += found.fields
            introspections += found.introspections
        return _Size(depth, aliases, fields, introspections)

    def _fragment_size(self, name: str, inside: frozenset[str]) -> _Size:
        # Spreads of no fragment and of a fragment within itself are refused by other rules.
        if name in inside:
            return _Size()
        if name not in self._fragments:
            fragment = self.context.get_fragment(name)
            self._fragments[name] = self._size(fragment.selection_set, inside | {name}) if fragment else _Size()
        return self._fragments[name]


def check_cost(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments, variables: VariableValues
) -> None:
    """Raise GraphQLError where an operation asks for too much. Its variables count, so it is asked each time."""
    cost = cost_of(schema, operation, fragments, variables)
    if cost.total > MAX_COST:
        raise GraphQLError(_too_expensive(cost), operation, extensions=TOO_EXPENSIVE)


def _too_expensive(cost: DocumentCost) -> str:
    return (
        f"This document costs {cost.total}; allowed: {MAX_COST}. Dearest is {cost.dearest}, with {cost.dearest_cost}: "
        "ask there for fewer items, samples or keys at once, and for the rest in further requests."
    )


class OperationChoice(SchemaExtension):
    """Refuse a request whose operation the document does not have; strawberry would execute the first, or fail."""

    def on_parse(self) -> Iterator[None]:
        """Look for the operation once the document is parsed."""
        yield
        context = self.execution_context
        if context.graphql_document is None:
            return
        operations = [
            definition.name.value if definition.name else ""
            for definition in context.graphql_document.definitions
            if isinstance(definition, OperationDefinitionNode)
        ]
        listed = ", ".join(operations[:20])
        # The public `operation_name` is the first operation's when none was provided.
        chosen = context._provided_operation_name  # noqa: SLF001
        if not operations:
            raise AppError("The document has no operation.", path="query")
        if chosen is None and len(operations) > 1:
            raise AppError(f"operationName is absent; the document has: {listed}", path="operationName")
        if chosen is not None and chosen not in operations:
            raise AppError(
                f"operationName {chosen[:100]!r} is not in the document, which has: {listed}", path="operationName"
            )
