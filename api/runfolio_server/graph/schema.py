"""The schema: both roots, the scalars, the limits. Executed by endpoints/graphql.py, printed by export.py."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from runfolio_server.errors import AppError
from runfolio_server.graph.artifacts.collection import ArtifactPortfolio
from runfolio_server.graph.execution.beside_the_loop import execute_beside
from runfolio_server.graph.execution.changes import TellChanges
from runfolio_server.graph.execution.executor import CompiledExecutor
from runfolio_server.graph.limits.document_limits import OperationChoice
from runfolio_server.graph.limits.known_documents import KnownDocuments
from runfolio_server.graph.mutation import Mutation
from runfolio_server.graph.query import Query
from runfolio_server.graph.relay.scalars import SCALARS
from runfolio_server.graph.wandb.alert import WIRE_SCALARS
from runfolio_server.graph.wandb.missing import TellMissing
from runfolio_server.request_note import current_request

LOGGER = logging.getLogger(__name__)

MASKED_MESSAGE = "Internal server error{}; the server's log says more."


class Schema(strawberry.Schema):
    """Logs what nobody foresaw, and nothing else: a caller's mistake is told to the caller."""

    def _get_execute_function(self) -> Callable[..., Any]:
        return execute_beside

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:  # noqa: ARG002
        """Log unforeseen errors with their trace."""
        for error in errors:
            if is_unforeseen(error):
                LOGGER.error("GraphQL field %s failed", error.path, exc_info=error.original_error)


def masked_error() -> dict[str, Any]:
    """What a caller is told of an unforeseen error: the id of the request, under which the log tells the rest."""
    note = current_request()
    if note is None:
        return {"message": MASKED_MESSAGE.format(""), "extensions": {"code": "INTERNAL"}}
    # In the message too: the SDK shows its users nothing else.
    return {
        "message": MASKED_MESSAGE.format(f" {note.request_id}"),
        "extensions": {"code": "INTERNAL", "id": note.request_id},
    }


def is_unforeseen(error: GraphQLError) -> bool:
    """Whether the error is ours and not the caller's: its text must not leave the server."""
    if error.path is None and error.nodes:
        return False  # found by validation, in the document
    return not isinstance(error.original_error, type(None) | GraphQLError | AppError)


schema = Schema(
    query=Query,
    mutation=Mutation,
    # Reached through their interface alone.
    types=[ArtifactPortfolio],
    config=StrawberryConfig(scalar_map={**SCALARS, **WIRE_SCALARS}),
    execution_context_class=CompiledExecutor,
    extensions=[OperationChoice, KnownDocuments, TellMissing, TellChanges],
)
