"""One connection of a client: uvicorn's protocol over httptools, with bounds that hold before anything is kept.

httptools hands out a header when it is whole and keeps what it has of it until then. So it is fed piece by piece: a
piece ends with the head, with the body or after PIECE_BYTES, and what it was fed without a result is counted.
A piece never goes beyond the request: what a client sends ahead waits, as it came, for the answer before it.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, cast

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from runfolio_server.errors import AppError, HeadTooLarge, TargetTooLong, Unavailable
from runfolio_server.serve.forwarded import forwarded_client, forwarded_scheme
from runfolio_server.serve.watched import Phase, WatchedConnection

PIECE_BYTES = 16 * 1024
"""So exact are the bounds of what is not known to have an end."""
END = b"\r\n\r\n"
"""Of a head, and of a chunked body with its trailers. httptools takes no line that ends otherwise."""


class _Refused(Exception):
    """Makes httptools stop; the connection knows why."""


class _AnswerTransport:
    """What the answer to a request with a body is written to: its end is the connection's affair."""

    def __init__(self, connection: Connection) -> None:
        self.write = connection.transport.write
        self.is_closing = connection.transport.is_closing
        self.close = connection.close_after_answer


class Connection(WatchedConnection):
    """One connection, from the bytes of requests to the application."""

    # What httptools was fed without a result, and the last bytes of it, in which an END may have begun.
    _fed_bytes = 0
    _tail = b""
    _trailers = 0
    # What is still to come of a body whose length is told; None for chunks.
    _left: int | None = 0
    _is_asked_for = False
    # Sent before its turn.
    _ahead = b""
    _refusal: AppError | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of what was sent ahead."""
        self._ahead = b""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        if self._phase is Phase.REFUSED:
            self._discard(len(data), self._limits.refused_bytes_max)
        elif self._ahead:
            # Reading is paused; some event loops hand out what they have read all the same.
            self._ahead += data
        else:
            self._feed(data)

    def _feed(self, data: bytes) -> None:
        position, size = 0, len(data)
        while position < size and not self.transport.is_closing():
            if self._phase is Phase.ANSWER:
                self._ahead = data[position:]
                self.flow.pause_reading()
                return
            if self._phase is Phase.IDLE:
                self._phase = Phase.HEAD
                self._since = self._door.now
            end = self._end_of_piece(data, position, size)
            self._feed_piece(data if end - position == size else data[position:end])
            position = end
            if self._phase is Phase.REFUSED:
                self._discard(size - position, self._limits.refused_bytes_max)
                return

    def _end_of_piece(self, data: bytes, position: int, size: int) -> int:
        if self._left and self._phase is not Phase.HEAD:
            return min(position + self._left, size)
        if self._tail:
            found = (self._tail + data[position : position + 3]).find(END)
            if found >= 0:
                return position + found + len(END) - len(self._tail)
        found = data.find(END, position, position + PIECE_BYTES)
        return found + len(END) if found >= 0 else min(position + PIECE_BYTES, size)

    def _feed_piece(self, piece: bytes) -> None:
        most = self._limits.head_bytes_max
        if self._phase is Phase.HEAD and self._fed_bytes + len(piece) > most:
            self._refuse(self._head_too_large())
            return
        self._fed_bytes += len(piece)
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            # Nothing else is spoken here; the request is answered as if it had not asked.
            self.cycle.keep_alive = False
            return
        except httptools.HttpParserCallbackError:
            self._refuse(self._refusal or AppError("The target of the request is not valid."))
            return
        except httptools.HttpParserError as error:
            self._refuse(AppError(f"The request is not valid HTTP: {error}."))
            return
        if self._left is None or self._phase is Phase.HEAD:
            tail = piece[-4:] if len(piece) >= len(END) else (self._tail + piece)[-4:]
            self._tail = b"" if tail == END else tail[-3:]
        if self._refusal is not None:
            self._refuse(self._refusal)
        elif self._left is None and self._fed_bytes > most:
            self._refuse(HeadTooLarge(f"The extensions of a chunk, or the trailers, have more than {most} bytes."))

    def _head_too_large(self) -> AppError:
        most = self._limits.head_bytes_max
        if self._has_begun and 2 * len(self.url) > self._fed_bytes:
            return TargetTooLong(f"The target of the request has more than {most} bytes; send what is long in a body.")
        return HeadTooLarge(f"The head of the request has more than {most} bytes.")

    # What httptools calls.

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._has_begun = True
        self._left = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer: that would pass for a header which a proxy has checked, and nobody asks for any."""
        if self._phase is not Phase.HEAD:
            self._trailers += 1
            self._check_count(self._trailers, "trailers")
            return
        name = name.lower()
        if name == b"content-length":
            self._left = int(value)
        elif name == b"transfer-encoding":
            self._left = None
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))
        self._check_count(len(self.headers), "headers")

    def _check_count(self, count: int, what: str) -> None:
        most = self._limits.headers_max
        if count > most:
            self._refusal = HeadTooLarge(f"The request has more than {most} {what}.")
            raise _Refused

    def on_headers_complete(self) -> None:
        """The head is whole: begin with the request."""
        self._fed_bytes = self._trailers = 0
        if self._is_from_proxy:
            self._take_from_proxy()
        self._phase = Phase.BODY
        self._window_since, self._window_bytes = self._door.now, 0
        self._is_asked_for = False
        super().on_headers_complete()

    def _take_from_proxy(self) -> None:
        proxy = self.client[0] if self.client else ""
        host = forwarded_client(self._door.proxies, proxy, self.headers)
        self.scope["scheme"] = forwarded_scheme(self.headers) or self.scope["scheme"]
        if host == proxy:
            return
        self.scope["client"] = (host, 0)
        if not self._count_request_of(host):
            self._refusal = self._too_many(host)
            raise _Refused

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self._left != 0:
            cycle.receive = partial(self._receive, cycle)  # type: ignore[method-assign]
            cycle.transport = cast("asyncio.Transport", _AnswerTransport(self))
        super()._start_asgi_task(cycle, app)

    async def _receive(self, cycle: RequestResponseCycle) -> Any:
        """What the application gets of a body. Once it asks, how much there may be is its own affair."""
        self._is_asked_for = True
        self._forget_unread()
        return await RequestResponseCycle.receive(cycle)

    def on_chunk_header(self) -> None:
        """A chunk begins."""
        self._fed_bytes = 0

    def on_body(self, body: bytes) -> None:
        """Some of the body, for the application."""
        size = len(body)
        self._fed_bytes = 0
        self._window_bytes += size
        if self._left:
            self._left -= size
        cycle = self.cycle
        if cycle.response_complete:
            self._discard(size, self._limits.discarded_bytes_max)
            return
        if not self._is_asked_for and not self._count_unread(size):
            self._refusal = Unavailable("The server has too many bodies that wait for their keys; try again.")
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._phase is Phase.REST:
            if self.cycle.keep_alive:
                self._become_idle()
            else:
                self.transport.close()
            return
        self._phase = Phase.ANSWER
        self.cycle.more_body = False
        self.cycle.message_event.set()

    # What uvicorn calls when it has written all of an answer.

    def close_after_answer(self) -> None:
        """Close, but not before the rest of an answered body has come: that could destroy the answer on its way."""
        if self._phase is Phase.BODY and self.cycle.response_complete:
            self.transport.write_eof()
        else:
            self.transport.close()

    def on_response_complete(self) -> None:
        """Go on with the next request, or with the rest of this one."""
        self.server_state.total_requests += 1
        self._end_request()
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self._phase is Phase.BODY:
            self._phase = Phase.REST
            self._since = self._door.now
            self._discarded_bytes = 0
        elif self._phase is Phase.ANSWER:
            self._become_idle()
            ahead, self._ahead = self._ahead, b""
            self._feed(ahead)

    def _become_idle(self) -> None:
        self._phase = Phase.IDLE
        self._since = self._door.now
        self._fed_bytes = 0
        self._tail = b""
        self._has_begun = False
