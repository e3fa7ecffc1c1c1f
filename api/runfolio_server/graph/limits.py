"""What one document may cost, checked before it runs: tokens, depth, aliases, fields times page sizes.

NOTE: the rules are made once and shared: the validation cache is keyed on them, and new ones for each request would
never hit it (2.1 ms instead of 0.3). strawberry's own limiters of depth and aliases follow every spread of a fragment
again, which is exponential in the length of the document, and fail on a spread of no fragment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)

from runfolio_server.errors import AppError

MAX_TOKENS = 10_000
MAX_DEPTH = 20
MAX_ALIASES = 100
MAX_COST = 2_000_000
# What a list costs whose page size is a variable or absent.
PAGE_SIZE_ASSUMED = 100
CACHED_DOCUMENTS = 500


@dataclass(frozen=True, slots=True)
class _Size:
    """Of a selection: fields inside each other, aliases, and fields that may be answered."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0


class SizeLimit(ValidationRule):
    """Refuse a document that is too deep, has too many aliases, or asks for too many fields on too large pages."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._paged = _paged_fields(context.schema)
        self._fragments: dict[str, _Size] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measure one operation."""
        size = self._size(node.selection_set, frozenset())
        if size.depth > MAX_DEPTH:
            self._refuse(node, f"This document is {size.depth} fields deep; allowed: {MAX_DEPTH}.")
        if size.aliases > MAX_ALIASES:
            self._refuse(node, f"This document has {size.aliases} aliases; allowed: {MAX_ALIASES}.")
        if size.cost > MAX_COST:
            self._refuse(
                node, f"This document asks for up to {size.cost} fields; allowed: {MAX_COST}. Ask for smaller pages."
            )

    def _refuse(self, node: OperationDefinitionNode, message: str) -> None:
        self.report_error(GraphQLError(message, node, extensions={"code": "TOO_EXPENSIVE"}))

    def _size(self, selections: SelectionSetNode | None, inside: frozenset[str]) -> _Size:
        depth = aliases = cost = 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FragmentSpreadNode):
                found = self._fragment_size(selection.name.value, inside)
            else:
                found = self._size(selection.selection_set, inside)  # type: ignore[attr-defined]
            if isinstance(selection, FieldNode):
                found = _Size(
                    found.depth + 1,
                    found.aliases + (selection.alias is not None),
                    1 + self._page_size(selection) * found.cost,
                )
            depth = max(depth, found.depth)
            aliases += found.aliases
            cost += found.cost
        return _Size(depth, aliases, cost)

    def _fragment_size(self, name: str, inside: frozenset[str]) -> _Size:
        # Spreads of no fragment and of a fragment within itself are refused by other rules.
        if name in inside:
            return _Size()
        if name not in self._fragments:
            fragment = self.context.get_fragment(name)
            self._fragments[name] = self._size(fragment.selection_set, inside | {name}) if fragment else _Size()
        return self._fragments[name]

    def _page_size(self, field: FieldNode) -> int:
        for argument in field.arguments or ():
            if argument.name.value in ("first", "last") and isinstance(argument.value, IntValueNode):
                # A number with more digits is refused for being no Int.
                return max(0, int(argument.value.value[:12]))
        return PAGE_SIZE_ASSUMED if field.name.value in self._paged else 1


@cache
def _paged_fields(schema: GraphQLSchema) -> frozenset[str]:
    return frozenset(
        name
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in kind.fields.items()
        if "first" in field.args
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


_RULES: list[type[Any]] = [SizeLimit]


def limit_extensions() -> list[Any]:
    """Extensions for the schema: the limits, and caches of parsed and validated documents."""
    return [
        OperationChoice,
        lambda: AddValidationRules(_RULES),
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
    ]
