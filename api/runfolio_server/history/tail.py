"""The body of a tail row: lines as received, joined by newlines and compressed.

Pure. Ingest packs, pieces.py and compaction unpack.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import zstandard

from runfolio_server.domain.history_line import parse_line

COMPRESSION_LEVEL = 1  # level 3 costs twice the time and is not smaller on numbers


def pack_lines(lines: Sequence[bytes]) -> bytes:
    """Join and compress; a refused line is given, and kept, as b""."""
    return zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(b"\n".join(lines))


def unpack_lines(body: bytes) -> list[bytes]:
    """Undo pack_lines. A body of no lines cannot be told from one of one refused line: the latter is answered."""
    return zstandard.ZstdDecompressor().decompress(body).split(b"\n")


def parse_lines(lines: Sequence[bytes]) -> list[dict[str, Any] | None]:
    """The row of each line; None where the line was refused."""
    return [parse_line(line) if line else None for line in lines]
