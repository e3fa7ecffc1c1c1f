"""Validates documents: graphql-core's rules, ours, and bounds of what rules would do more than once for each token.

Used by known_documents.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    SelectionSetNode,
    ValidationContext,
    specified_rules,
    validate,
)
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from runfolio_server.graph.limits.document_limits import TOO_EXPENSIVE, SizeLimit

OPERATIONS_MAX = 50
"""Of a document: some rules go through all fragments again for each operation. An editor keeps a few in one text."""
FRAGMENTS_MAX = 200
"""Of a document; clients whose queries are put together from parts have some dozens."""
MERGE_STEPS_MAX = 20_000
"""Comparisons of fields that may have the same name in the answer; each takes about 3 µs, and their number may grow
with the square of the document. No document of the SDK or of our client takes more than a hundred."""
ERRORS_MAX = 20
"""Told of one document. Each may have a suggestion, which is looked for among all names that are alike."""


def validated(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """What is wrong with a document; nothing when it may be executed."""
    error = _too_many_parts(document)
    return [error] if error is not None else validate(schema, document, RULES, ERRORS_MAX)


def _too_many_parts(document: DocumentNode) -> GraphQLError | None:
    for kind, noun, most in (
        (OperationDefinitionNode, "operations", OPERATIONS_MAX),
        (FragmentDefinitionNode, "fragments", FRAGMENTS_MAX),
    ):
        found = [node for node in document.definitions if isinstance(node, kind)]
        if len(found) > most:
            message = f"This document has {len(found)} {noun}; allowed: {most}."
            return GraphQLError(message, found[most], extensions=TOO_EXPENSIVE)
    return None


class BoundedMerge(OverlappingFieldsCanBeMergedRule):
    """graphql-core's rule with fewer steps than its own bound, which is seconds; and with a message that says so."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = MERGE_STEPS_MAX
        self._is_refused = False

    def enter_selection_set(self, selection_set: SelectionSetNode, *more: Any) -> None:
        """Look for conflicts in one selection, unless the document was refused before."""
        if self._is_refused:
            return
        try:
            super().enter_selection_set(selection_set, *more)
        except ValidationAbortedError:
            if self.rule_context.remaining_complexity_budget >= 0:
                raise
            self._is_refused = True
            message = (
                f"To compare the fields of this document that have one name takes more than {MERGE_STEPS_MAX} steps: "
                "write each field once, and spread fewer fragments beside each other."
            )
            self.report_error(GraphQLError(message, selection_set, extensions=TOO_EXPENSIVE))


RULES: Sequence[type[Any]] = (
    *(BoundedMerge if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules),
    SizeLimit,
    # Those that strawberry adds.
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)
