"""A receiver of webhooks on the loopback interface: keeps what comes, and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from runfolio_server.settings import Settings, read_settings

SECRET = "s3cret"


def webhook_settings(url: str, networks: str = "127.0.0.0/8") -> Settings:
    """The settings of a webhook that may lead to these networks."""
    return read_settings({}, webhook_url=url, webhook_secret=SECRET, webhook_networks=networks)


@dataclass
class Receiver:
    """What came, in order. `answers` are statuses, used up one by one (then 204), None: no answer at all."""

    port: int = 0
    answers: list[int | None] = field(default_factory=list)
    location: str = ""
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    reached_at: list[str] = field(default_factory=list)
    """The addresses that were connected to."""
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.received]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reached_at.append(writer.get_extra_info("sockname")[0])
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
            headers = {name.lower(): value for name, value in lines}
            body = await reader.readexactly(int(headers["content-length"]))
            self.received.append((headers, body))
            self.came.set()
            status = self.answers.pop(0) if self.answers else 204
            if status is None:
                await reader.read()
                return
            moved = f"Location: {self.location}\r\n" if self.location else ""
            writer.write(f"HTTP/1.1 {status} x\r\n{moved}Content-Length: 0\r\n\r\n".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(*answers: int | None, location: str = "") -> AsyncIterator[Receiver]:
    """A receiver that answers so."""
    receiver = Receiver(answers=list(answers), location=location)
    server = await asyncio.start_server(receiver.handle, "0.0.0.0", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
