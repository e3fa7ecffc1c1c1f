"""A connection that counts at the door and ends when what it waits for does not come. connection.py fills it with life.

uvicorn's protocol over httptools has neither: it takes whoever comes, and waits for ever.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from runfolio_server.client_address import share_key
from runfolio_server.errors import AppError, TooSlow, Unavailable
from runfolio_server.serve.door import Door
from runfolio_server.serve.refusal import refusal_bytes


class Phase(Enum):
    """What a connection waits for."""

    IDLE = auto()
    """The first byte of another request."""
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    """The whole request is here."""
    REST = auto()
    """The rest of a body that is answered already, which is thrown away."""
    REFUSED = auto()
    """The client's end of a connection that was told why it closes."""


class WatchedConnection(HttpToolsProtocol):
    """What of a connection is bounded by number and by time; see DoorLimits."""

    def __init__(
        self,
        door: Door,
        *,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._door = door
        self._limits = door.limits
        self._phase = Phase.HEAD
        self._since = door.now
        self._has_begun = False
        # Whether this connection counts, and for which address; requests of a trusted proxy count for their clients.
        self._is_counted = False
        self._key: str | None = None
        self._request_key: str | None = None
        self._is_from_proxy = False
        # Of a body that nobody asks for yet.
        self._unread_bytes = 0
        self._window_since = door.now
        self._window_bytes = 0
        self._discarded_bytes = 0
        # When it was seen, and how much it was: bytes of answers that the client does not take.
        self._unsent: tuple[float, int] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, or refuse it."""
        super().connection_made(transport)
        self._door.watch(self)
        host = self.client[0] if self.client else ""
        self._is_from_proxy = self._door.proxies.has(host)
        self._key = None if self._is_from_proxy else share_key(host)
        self._is_counted = self._door.connections.take(self._key, 1)
        if not self._is_counted:
            self._refuse(self._too_many(host))

    def connection_lost(self, exc: Exception | None) -> None:
        """Give back what it had."""
        self._door.unwatch(self)
        self._leave()
        if self._phase is Phase.REFUSED:
            self._door.refused -= 1
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """The client has taken most of what waited."""
        self._unsent = None
        super().resume_writing()

    def shutdown(self) -> None:
        """The server ends: so do connections without a request."""
        if self._phase is Phase.REFUSED:
            self.transport.close()
        else:
            super().shutdown()

    def _count_request_of(self, host: str) -> bool:
        """Whether a client that a proxy speaks for may have one more request under way."""
        key = share_key(host)
        is_within = self._door.proxied.take(key, 1)
        if is_within:
            self._request_key = key
        return is_within

    def _count_unread(self, size: int) -> bool:
        is_within = self._door.unread.take(self._request_key or self._key, size)
        if is_within:
            self._unread_bytes += size
        return is_within

    def _forget_unread(self) -> None:
        if self._unread_bytes:
            self._door.unread.give_back(self._request_key or self._key, self._unread_bytes)
            self._unread_bytes = 0

    def _end_request(self) -> None:
        self._forget_unread()
        if self._request_key is not None:
            self._door.proxied.give_back(self._request_key, 1)
            self._request_key = None

    def _leave(self) -> None:
        self._end_request()
        if self._is_counted:
            self._is_counted = False
            self._door.connections.give_back(self._key, 1)

    def _too_many(self, host: str) -> AppError:
        most, share = self._limits.connections_max, self._door.connections.share
        if self._door.connections.used >= most:
            return Unavailable(f"The server has {most} connections, which is the most it takes; try again.")
        return Unavailable(f"{host} has {share} connections, which is the most that one address may have; try again.")

    def _refuse(self, error: AppError) -> None:
        """Tell the error, unless another answer has begun, and close once the client has had time to read it."""
        cycle: RequestResponseCycle | None = self.cycle
        is_answering = False
        if cycle is not None and not cycle.response_complete:
            is_answering = cycle.response_started
            # The application learns that nobody waits for it.
            cycle.disconnected = True
            cycle.message_event.set()
            self.flow.resume_writing()
        self._leave()
        if self._phase is Phase.REST:
            # Its answer has been given.
            self.transport.close()
            return
        if is_answering or self._door.refused >= self._limits.refused_max:
            self.transport.abort()
            return
        self._door.refused += 1
        self._phase = Phase.REFUSED
        self._since = self._door.now
        self._discarded_bytes = 0
        self.transport.write(refusal_bytes(error, self.server_state.default_headers))
        self.transport.write_eof()
        self.flow.resume_reading()

    def _discard(self, size: int, most: int) -> None:
        self._discarded_bytes += size
        if self._discarded_bytes > most and not self.transport.is_closing():
            self.transport.close()

    def check_deadlines(self, now: float) -> None:
        """End the connection if what it waits for has not come in time."""
        if self.transport.get_write_buffer_size():
            self._check_reader(now)
            return
        self._unsent = None
        limits, phase, waited = self._limits, self._phase, now - self._since
        if phase is Phase.ANSWER or (phase is not Phase.REFUSED and self.flow.read_paused):
            # It is the server that waits, for itself.
            self._window_since, self._window_bytes = now, 0
        elif phase is Phase.IDLE:
            if waited >= limits.idle_s:
                self.transport.close()
        elif phase is Phase.HEAD:
            if waited >= limits.head_s:
                self._end_head()
        elif phase is Phase.REFUSED:
            if waited >= limits.refused_s:
                self.transport.abort()
        else:
            self._check_body(now)

    def _check_reader(self, now: float) -> None:
        """Bytes of an answer wait. As long as they do nothing else is written, so they get less as they are taken."""
        waiting = self.transport.get_write_buffer_size()
        since, before = self._unsent or (now, waiting)
        if now - since < self._limits.window_s:
            self._unsent = (since, before)
        elif before - waiting >= self._limits.window_bytes:
            self._unsent = (now, waiting)
        else:
            self.transport.abort()

    def _check_body(self, now: float) -> None:
        limits = self._limits
        if now - self._window_since < limits.window_s:
            return
        is_moving = self._window_bytes >= limits.window_bytes
        self._window_since, self._window_bytes = now, 0
        if self._phase is Phase.REST:
            if not is_moving or now - self._since >= 2 * limits.window_s:
                self.transport.close()
        elif not is_moving:
            self._refuse(
                TooSlow(f"Of the body came less than {limits.window_bytes} bytes within {limits.window_s:g} seconds.")
            )

    def _end_head(self) -> None:
        if self._has_begun:
            self._refuse(TooSlow(f"The head of the request did not come within {self._limits.head_s:g} seconds."))
        else:
            self.transport.close()
