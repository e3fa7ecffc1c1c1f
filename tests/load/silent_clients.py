"""Clients that keep a connection and do nothing: half of a head, a body without an end, an answer that is not read."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

# From another address than the clients that ask.
FROM = ("127.0.0.2", 0)
SAID = (
    b"",
    b"GET / HTTP/1.1\r\nHost: x\r\n",
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    b"GET /schema.graphql HTTP/1.1\r\nHost: x\r\n\r\n",
)


@asynccontextmanager
async def silent_clients(base_url: str, count: int) -> AsyncIterator[None]:
    """So many of them, of each kind as many, for as long as the block; who is hung up on comes again."""
    place = urlsplit(base_url)

    async def stay(said: bytes) -> None:
        while True:
            reader, writer = await asyncio.open_connection(place.hostname, place.port, local_addr=FROM)
            try:
                writer.write(said)
                # Of an answer as much as fits into the buffers comes, and is not looked at.
                while not reader.at_eof():  # noqa: ASYNC110 - nothing tells of it without reading
                    await asyncio.sleep(0.5)
            except OSError:
                pass
            finally:
                writer.close()

    tasks = [asyncio.create_task(stay(said)) for said in itertools.islice(itertools.cycle(SAID), count)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
