"""What a parsed document costs in memory, told without looking at all of it. For caches that keep documents alive."""

from __future__ import annotations

from typing import Final

from graphql import DocumentNode, Node

from runfolio_server.sized_cache import text_bytes

TOKEN_BYTES: Final = 620
"""Of each token with the nodes made of it: 190 to 616 bytes were measured, of fields, arguments, lists and spreads."""


def document_bytes(node: Node) -> int:
    """The memory of the document that a node is from, which each node keeps alive by its tokens."""
    if node.loc is None:
        return 0
    count = node.token_count if isinstance(node, DocumentNode) else _token_count(node)
    return TOKEN_BYTES * count + text_bytes(node.loc.source.body)


def _token_count(node: Node) -> int:
    """Counted along the links between tokens: some 50 ns each."""
    token = None if node.loc is None else node.loc.start_token
    if token is None:
        return 0
    before, behind, count = token.prev, token.next, 1
    while before is not None:
        before, count = before.prev, count + 1
    while behind is not None:
        behind, count = behind.next, count + 1
    return count
