"""A server behind the door with an application that only counts: for tests of what never gets to the real one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from starlette.types import Receive, Scope, Send

from runfolio_server.client_address import TrustedProxies, parse_networks
from runfolio_server.serve.door import Door
from runfolio_server.serve.door_limits import DoorLimits
from runfolio_server.serve.http import HTTPServer, event_loop_factory

PATIENCE_S = 20.0
SLICE = b"a" * 65_536


@dataclass
class Answer:
    """Status, headers (lower case) and body of one answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """Of the one error."""
        (error,) = json.loads(self.body)["errors"]
        assert error["message"]
        found: str = error["extensions"]["code"]
        return found


@dataclass
class DoorServer:
    """Where it listens, its door, and what the application saw."""

    port: int
    door: Door
    loop: asyncio.AbstractEventLoop
    requests: list[Scope] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    disconnects: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        """A connection from this address, that gives up after PATIENCE_S."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE_S, (source, 0))

    def ask(self, *pieces: bytes) -> Answer:
        """Send these on a connection of their own; the answer."""
        with self.connect() as connection:
            for piece in pieces:
                connection.sendall(piece)
            return read_answer(connection.makefile("rb"))

    def send_without_end(self, start: bytes, piece: bytes) -> tuple[Answer, int]:
        """Send the piece again and again until nobody takes it; the answer, and how many bytes were taken."""
        with self.connect() as connection:
            sent = 0
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(start)
                while sent < 100_000_000:
                    connection.sendall(piece)
                    sent += len(piece)
            return read_answer(connection.makefile("rb")), sent

    def on_loop(self, look: Callable[[], Any]) -> Any:
        """What this says in the server's thread."""

        async def ask() -> Any:
            return look()

        return asyncio.run_coroutine_threadsafe(ask(), self.loop).result(PATIENCE_S)

    def wait_until(self, claim: Callable[[], bool]) -> None:
        """Return once this holds in the server's thread."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.on_loop(claim):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`/echo` answers the body, `/hold` waits without asking for it, `/long` answers for long, others with `ok`."""
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        self.requests.append(scope)
        content = b"ok"
        if scope["path"] == "/echo":
            body = b""
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    self.disconnects += 1
                    return
                body += message["body"]
                if not message["more_body"]:
                    break
            content = body
            self.bodies.append(body)
        elif scope["path"] == "/hold":
            await self.released.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-app", b"yes")]})
        if scope["path"] == "/long":
            for _ in range(2000):
                await send({"type": "http.response.body", "body": SLICE, "more_body": True})
        await send({"type": "http.response.body", "body": content})


@contextmanager
def run_door_server(trusted: str = "", **limits: Any) -> Iterator[DoorServer]:
    """A server with these limits in place of the default ones, and these trusted proxies."""
    door = Door(DoorLimits(**{"sweep_s": 0.05, **limits}), TrustedProxies(parse_networks(trusted)))
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    loop = (event_loop_factory() or asyncio.new_event_loop)()
    served = DoorServer(listening.getsockname()[1], door, loop)
    ready = threading.Event()
    server = HTTPServer(served, door, on_ready=ready.set)

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.serve(sockets=[listening]))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(PATIENCE_S)
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(served.released.set)
        loop.call_soon_threadsafe(server.ask_to_end)
        thread.join()
        listening.close()


def read_answer(stream: BinaryIO) -> Answer:
    """The next whole answer."""
    status = int(stream.readline().split()[1])
    headers = {}
    while line := stream.readline().strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    if "content-length" in headers:
        return Answer(status, headers, stream.read(int(headers["content-length"])))
    body = b""
    while size := int(stream.readline(), 16):
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return Answer(status, headers, body)


def is_closed(connection: socket.socket) -> bool:
    """Whether the server ends this connection within PATIENCE_S without another byte."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
