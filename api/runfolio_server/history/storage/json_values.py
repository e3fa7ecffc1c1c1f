"""Values that are not numbers as bytes: one JSON array, compressed.

Pure. Used by chunk.py.

NOTE: An append-only format: databases hold these bytes. A tag keeps its meaning for ever; better ones are added.
"""

from __future__ import annotations

import json
from typing import Any, Final

import orjson
import zstandard

STRICT: Final = 0  # strict JSON
STRICT_ZSTD: Final = 1  # the same, a zstd frame
PYTHON: Final = 2  # JSON with NaN, Infinity, lone surrogates (escaped) or integers beyond 64 bits
PYTHON_ZSTD: Final = 3  # the same, a zstd frame

COMPRESSION_LEVEL = 3
FRAME_HEADER_BYTES = 18
"""The most that the header of a zstd frame has."""


def encode_json(values: list[Any]) -> bytes:
    """Encode parsed JSON values, type for type."""
    text = _strict(values)
    tag = STRICT
    if text is None:
        # ASCII only, so that lone surrogates are escaped.
        text = json.dumps(values, separators=(",", ":")).encode("ascii")
        tag = PYTHON
    packed = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(text)
    return bytes([tag + 1]) + packed if len(packed) < len(text) else bytes([tag]) + text


def decode_json(data: bytes) -> list[Any]:
    """Undo encode_json. Raises ValueError for a tag of a newer version."""
    tag, text = data[0], data[1:]
    if tag in (STRICT_ZSTD, PYTHON_ZSTD):
        text = zstandard.ZstdDecompressor().decompress(text)
    if tag in (STRICT, STRICT_ZSTD):
        values: list[Any] = orjson.loads(text)
    elif tag in (PYTHON, PYTHON_ZSTD):
        values = json.loads(text)
    else:
        raise ValueError(f"JSON values with tag {tag}; known: {STRICT} to {PYTHON_ZSTD}")
    return values


def decoded_size(data: bytes) -> int:
    """The bytes of the text that decode_json would parse, without unpacking it."""
    if data[0] in (STRICT_ZSTD, PYTHON_ZSTD):
        return zstandard.frame_content_size(data[1 : 1 + FRAME_HEADER_BYTES])
    return len(data)


def _strict(values: list[Any]) -> bytes | None:
    """The text orjson writes, if reading it gives the values back; else None."""
    try:
        text = orjson.dumps(values)
    except TypeError:  # an integer beyond 64 bits, a lone surrogate, or too deep
        return None
    # NaN and Infinity were written as null; nothing else that orjson writes can come back different.
    return text if orjson.loads(text) == values else None
