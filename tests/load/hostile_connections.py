"""Attacks before any key is looked at, from another address of the loopback interface: heads and bodies without end.

Each returns how its connections ended; it holds them for HELD_S at most, and no longer than it is told to go on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import urlsplit

FROM = ("127.0.0.2", 0)
OPEN = 1000
BODIES = 30
BODY_BYTES = 32 * 1024 * 1024
HEAD_BYTES = 100_000_000
HEADER_BYTES = 40_000_000
PIECE = b"a" * 65_536
HEADERS = b"".join(b"x-%d: y\r\n" % number for number in range(5000))
HELD_S = 60.0
LOOK_EVERY_S = 0.5
CONNECT_TIMEOUT_S = 5.0
POUR_TIMEOUT_S = 10.0

GoesOn: TypeAlias = Callable[[], bool]
Ends: TypeAlias = Counter[str]


async def long_path(base_url: str, goes_on: GoesOn) -> Ends:
    """One request line of 100 MB."""
    return Counter([await _pour(base_url, b"GET /", PIECE, HEAD_BYTES, goes_on)])


async def many_headers(base_url: str, goes_on: GoesOn) -> Ends:
    """Forty megabytes of short header lines."""
    return Counter([await _pour(base_url, b"GET / HTTP/1.1\r\nHost: x\r\n", HEADERS, HEADER_BYTES, goes_on)])


async def half_open(base_url: str, goes_on: GoesOn) -> Ends:
    """A thousand connections that say half of a head, and nothing more."""
    return await _hold(base_url, OPEN, b"GET / HTTP/1.1\r\nHost: x\r\n", 0, goes_on)


async def stalled_bodies(base_url: str, goes_on: GoesOn) -> Ends:
    """Thirty bodies of which the last byte never comes."""
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % BODY_BYTES
    return await _hold(base_url, BODIES, head, BODY_BYTES - 1, goes_on)


ATTACKS: dict[str, Callable[[str, GoesOn], Awaitable[Ends]]] = {
    "no key: a path of 100 MB": long_path,
    "no key: 40 MB of headers": many_headers,
    "no key: 1,000 half heads": half_open,
    "no key: 30 stalled bodies": stalled_bodies,
}


async def _pour(base_url: str, begin: bytes, piece: bytes, size: int, goes_on: GoesOn) -> str:
    return await _connection(base_url, begin, [piece] * (size // len(piece)), goes_on)


async def _hold(base_url: str, count: int, begin: bytes, body_bytes: int, goes_on: GoesOn) -> Ends:
    pieces = [PIECE] * (body_bytes // len(PIECE))
    return Counter(await asyncio.gather(*(_connection(base_url, begin, pieces, goes_on) for _ in range(count))))


async def _connection(base_url: str, begin: bytes, pieces: list[bytes], goes_on: GoesOn) -> str:
    """Send these and hold the connection; the status that came, or that it was closed, or left open for HELD_S."""
    place = urlsplit(base_url)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(place.hostname, place.port, local_addr=FROM)
    except (OSError, TimeoutError):
        return "not connected"
    # Read all the while: what a server says before it closes is gone when more arrives there.
    reading = asyncio.create_task(reader.readline())
    try:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(POUR_TIMEOUT_S):
                await _send(writer, begin, pieces, lambda: goes_on() and not reading.done())
        for _ in range(int(HELD_S / LOOK_EVERY_S)):
            if reading.done() or not goes_on():
                break
            await asyncio.wait({reading}, timeout=LOOK_EVERY_S)
        if not reading.done():
            return "left open"
        line = reading.result()
        return line.split()[1].decode() if line.startswith(b"HTTP/") else "closed"
    except OSError:
        return "closed"
    finally:
        reading.cancel()
        writer.close()


async def _send(writer: asyncio.StreamWriter, begin: bytes, pieces: list[bytes], goes_on: GoesOn) -> None:
    writer.write(begin)
    for piece in pieces:
        if not goes_on():
            return
        writer.write(piece)
        await writer.drain()
