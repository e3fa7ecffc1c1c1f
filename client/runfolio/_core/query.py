"""Your own documents: text, or what `gql` makes of it. Used by Api.query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gql import GraphQLRequest
    from graphql import DocumentNode


@dataclass(frozen=True, slots=True)
class Query:
    """A document ready to send; see Operation for `is_repeatable`."""

    document: str
    variables: dict[str, Any]
    operation_name: str | None
    is_repeatable: bool


def read_query(
    document: str | GraphQLRequest | DocumentNode, variables: Mapping[str, Any] | None, operation_name: str | None
) -> Query:
    """The query of a text, a `gql(…)` or a parsed document; `variables` go before those that a `gql(…)` holds.

    A text that does not parse is sent as it is: the server says best what is wrong with it.
    """
    # graphql-core takes a quarter of a second to import, so it is, only by those who send documents of their own.
    from graphql import DocumentNode, GraphQLSyntaxError, parse, print_ast

    held: Mapping[str, Any] = {}
    if isinstance(document, str):
        try:
            parsed = parse(document, no_location=True)
        except GraphQLSyntaxError:
            return Query(document, dict(variables or {}), operation_name, is_repeatable=False)
        text = document
    else:
        if isinstance(document, DocumentNode):
            parsed = document
        else:
            parsed = document.document
            held = document.variable_values or {}
            operation_name = operation_name or document.operation_name
        text = print_ast(parsed)
    return Query(text, {**held, **(variables or {})}, operation_name, is_repeatable=_only_reads(parsed))


def _only_reads(document: DocumentNode) -> bool:
    from graphql import OperationDefinitionNode, OperationType

    operations = [one.operation for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return all(operation is OperationType.QUERY for operation in operations)
