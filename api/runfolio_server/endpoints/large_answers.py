"""Answers with lists of megabytes of text, such as rows of history: encoded piece by piece while they are sent.

Used by graphql.py. An answer that is encoded whole is held three times: its texts, their JSON, and what the client has
not taken yet.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final, TypeAlias, TypeGuard

Encode: TypeAlias = Callable[[Any], bytes]

LONG_LIST_CHARACTERS: Final = 2**20
"""In one list: answers with less in each are encoded whole."""
PIECE_BYTES: Final = 2**18


def has_long_list(value: object) -> bool:
    """Whether there is a long list of texts in it. Other lists are not looked into."""
    if isinstance(value, dict):
        return any(map(has_long_list, value.values()))
    return _is_long_list(value)


async def encoded_pieces(answer: dict[str, Any], encode: Encode) -> AsyncIterator[bytes]:
    """JSON bytes of an answer with long lists; `encode` makes those of what is short."""
    waiting: list[bytes] = []
    size = 0
    for part in _parts(answer, encode):
        waiting.append(part)
        size += len(part)
        if size >= PIECE_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _parts(value: object, encode: Encode) -> Iterator[bytes]:
    if _is_long_list(value):
        yield from _parts_of_list(value, encode)
    elif isinstance(value, dict) and has_long_list(value):
        opening = b"{"
        for key, inner in value.items():
            yield opening + encode(key) + b":"
            yield from _parts(inner, encode)
            opening = b","
        yield b"}"
    else:
        yield encode(value)


def _parts_of_list(texts: list[str], encode: Encode) -> Iterator[bytes]:
    opening = b"["
    first, size = 0, 0
    for past, text in enumerate(texts, 1):
        size += len(text)
        if size >= PIECE_BYTES or past == len(texts):
            yield opening + encode(texts[first:past])[1:-1]
            opening, first, size = b",", past, 0
    yield b"]"


def _is_long_list(value: object) -> TypeGuard[list[str]]:
    if not isinstance(value, list) or not value or not isinstance(value[0], str):
        return False
    size = 0
    for text in value:
        if not isinstance(text, str):
            return False
        size += len(text)
    return size > LONG_LIST_CHARACTERS
