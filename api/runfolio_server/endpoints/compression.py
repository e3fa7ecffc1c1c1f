"""Answers compressed for clients that ask for it and are not on this machine. Used by graphql.py and export.py.

Never for byte ranges, which name bytes of what is stored, and never for a client on the loopback interface: compressing
costs more than its wire. Which coding at which level was measured; api/README.md has the table.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Mapping
from typing import Final, Protocol

import zstandard
from starlette.requests import Request

from runfolio_server.client_address import is_loopback
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread_if

COMPRESSED_MIN_BYTES: Final = 1400
"""What is shorter travels in one packet either way."""
ZSTD_LEVEL: Final = 1
GZIP_LEVEL: Final = 1
# zlib's name for the gzip format, in its largest window.
GZIP_WINDOW: Final = 31

VARY: Final[Mapping[str, str]] = {"Vary": "Accept-Encoding"}
"""Belongs on every answer that may be compressed, whether it was or not."""


class Packer(Protocol):
    """What zlib and zstandard have in common; both let other threads run meanwhile."""

    def compress(self, data: bytes, /) -> bytes:
        """Some of the compressed bytes."""

    def flush(self) -> bytes:
        """The rest of them."""


def coding_for(request: Request) -> str | None:
    """`zstd` or `gzip`, the first of them that the client takes; None: it takes neither, or is on this machine."""
    if request.client is None or is_loopback(request.client.host):
        return None
    accepted = _accepted(request.headers.get("Accept-Encoding", ""))
    return next((coding for coding in ("zstd", "gzip") if accepted.get(coding, accepted.get("*", 0.0)) > 0), None)


async def compressed(body: bytes, coding: str) -> bytes:
    """The body in this coding; large ones are made beside the loop."""
    return await in_thread_if(len(body) > HEAVY_BYTES, _compress, body, coding)


async def compressed_stream(pieces: AsyncIterator[bytes], coding: str) -> AsyncIterator[bytes]:
    """The pieces in this coding, one behind the other."""
    packer = _packer(coding)
    async for piece in pieces:
        yield await in_thread_if(len(piece) > HEAVY_BYTES, packer.compress, piece)
    yield packer.flush()


def _compress(body: bytes, coding: str) -> bytes:
    packer = _packer(coding)
    return packer.compress(body) + packer.flush()


def _packer(coding: str) -> Packer:
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj()
    return zlib.compressobj(GZIP_LEVEL, wbits=GZIP_WINDOW)


def _accepted(header: str) -> dict[str, float]:
    """Codings with their weights (RFC 9110, section 12.5.3); one that cannot be read weighs nothing."""
    found = {}
    for part in header.lower().split(","):
        coding, *parameters = (text.strip() for text in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        found[coding] = weight
    return found
