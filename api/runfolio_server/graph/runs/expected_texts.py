"""Texts that a field has read no further than an answer may hold."""

from __future__ import annotations

from collections.abc import Iterable

from runfolio_server.graph.execution.siblings import field_name
from runfolio_server.graph.info import RequestInfo


def expect_texts(info: RequestInfo, texts: Iterable[str]) -> None:
    """Count them, in bytes of UTF-8. Raises AnswerTooLarge when the answer cannot hold them."""
    size = sum(len(text) if text.isascii() else len(text.encode()) for text in texts)
    info.context.budget.expect(field_name(info.path), size)
