"""Parsed and validated documents, kept by their text as long as they fit; new ones are read beside the event loop.

The extension of the schema that parses and validates. What may be in a document at all is validation.py's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse
from strawberry.extensions import SchemaExtension

from runfolio_server.graph.limits.document_limits import MAX_TOKENS
from runfolio_server.graph.limits.document_size import document_bytes
from runfolio_server.graph.limits.validation import validated
from runfolio_server.heavy_threads import in_thread_if
from runfolio_server.sized_cache import SizedCache

LONG_CHARACTERS = 250
"""From here on a new document is read in a thread: a short one can be wrong in ways that take 0.1 s to explain."""
ERROR_BYTES = 2000
"""Of an error with its message."""
DOCUMENTS_BYTES_MAX = 8 * 2**20
"""Some 150 documents of 80 tokens, which is what clients send, or one of the longest. The garbage collector
goes through all of them now and then, which takes 30 ms."""


@dataclass(slots=True)
class KnownDocument:
    """A document, and what is wrong with it; None as long as that is not known."""

    schema: GraphQLSchema
    document: DocumentNode
    errors: list[GraphQLError] | None = None


DOCUMENTS: SizedCache[tuple[int, str], KnownDocument] = SizedCache(DOCUMENTS_BYTES_MAX)


def is_long(text: str | None) -> bool:
    """Whether a document of this text is read in a thread."""
    return len(text or "") > LONG_CHARACTERS


class KnownDocuments(SchemaExtension):
    """Parses and validates, or knows what came of it before."""

    _known: KnownDocument | None = None

    async def on_parse(self) -> AsyncIterator[None]:
        """Find or parse the document."""
        context = self.execution_context
        schema: Any = context.schema
        text = context.query or ""
        known = DOCUMENTS.get((id(schema._schema), text))  # noqa: SLF001
        if known is None:
            known = await in_thread_if(is_long(text), _parsed, schema._schema, text)  # noqa: SLF001
        self._known, context.graphql_document = known, known.document
        yield

    async def on_validate(self) -> AsyncIterator[None]:
        """Validate the document unless that was done."""
        context, known = self.execution_context, self._known
        if known is not None and known.errors is None:
            text = context.query or ""
            known.errors = await in_thread_if(is_long(text), validated, known.schema, known.document)
            size = document_bytes(known.document) + ERROR_BYTES * len(known.errors)
            # The value keeps alive what the key has the id of.
            DOCUMENTS.put((id(known.schema), text), known, size)
        context.pre_execution_errors = known.errors if known is not None else None
        yield


def _parsed(schema: GraphQLSchema, text: str) -> KnownDocument:
    return KnownDocument(schema, parse(text, max_tokens=MAX_TOKENS))
