"""Tells the database that a request is a change: those have a share of their own, and are finished in any case."""

from __future__ import annotations

from collections.abc import Iterator

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from runfolio_server.context import Context


class TellChanges(SchemaExtension):
    """Tells it before anything runs."""

    def on_execute(self) -> Iterator[None]:
        """Look at the operation."""
        if self.execution_context.operation_type is OperationType.MUTATION:
            context: Context = self.execution_context.context
            context.database.begin_writing()
        yield
