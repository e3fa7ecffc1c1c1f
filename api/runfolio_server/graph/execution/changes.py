"""A request that is a change needs a key; and the database is told of it.

Changes have a share of their own, and are finished in any case.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import DefinitionNode, OperationDefinitionNode
from graphql import OperationType as GraphQLOperationType
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from runfolio_server.actions.identity.sign_in import no_key
from runfolio_server.context import Context


class TellChanges(SchemaExtension):
    """Tells it before anything runs."""

    def on_validate(self) -> Iterator[None]:
        """Refuse a change without a key before anything is told of it."""
        document, context = self.execution_context.graphql_document, self.execution_context.context
        if (
            context is not None
            and context.viewer.is_anonymous
            and document is not None
            and any(map(_is_change, document.definitions))
        ):
            raise no_key()
        yield

    def on_execute(self) -> Iterator[None]:
        """Look at the operation."""
        if self.execution_context.operation_type is OperationType.MUTATION:
            context: Context = self.execution_context.context
            context.database.begin_writing()
        yield


def _is_change(definition: DefinitionNode) -> bool:
    return isinstance(definition, OperationDefinitionNode) and definition.operation is GraphQLOperationType.MUTATION
