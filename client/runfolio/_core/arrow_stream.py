"""An Arrow IPC stream, kept as it arrives and checked to be whole. Filled by the transports, read by frames.py.

The stream is https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format: messages, and a mark at the end.
"""

from __future__ import annotations

import struct
from io import BytesIO

from runfolio._core.arrow_messages import ArrowColumn, read_message
from runfolio._core.errors import DownloadError

# Before each message: a mark that is always the same, and the bytes of its metadata; none: the end.
PREFIX = struct.Struct("<II")
CONTINUATION = 0xFFFFFFFF


class ArrowStream:
    """Takes the pieces of a stream, from the start again after `restart`; holds them once, and nothing beside.

    `columns` are known once the first message is there, `row_count` counts those of whole messages.
    """

    position = 0

    def __init__(self, url: str) -> None:
        self._url = url
        self.restart()

    def restart(self) -> None:
        """Forget what came so far."""
        self._received = BytesIO()
        self._size = 0
        self._next = 0
        self._is_ended = False
        self.columns: list[ArrowColumn] = []
        self.row_count = 0

    def write(self, data: bytes) -> None:
        """Take the next bytes. Raises DownloadError when they are no Arrow."""
        self._received.write(data)
        self._size += len(data)
        with self._received.getbuffer() as view:
            while not self._is_ended and self._read_message(view):
                pass

    def check(self) -> None:
        """Raise DownloadError when it is not whole."""
        if not self._is_ended or self._next != self._size:
            raise DownloadError(
                f"{self._url} broke off after {self.row_count} rows, without saying that these are all; ask again."
            )

    @property
    def data(self) -> bytes:
        """All that was received; not a copy."""
        return self._received.getvalue()

    def _read_message(self, view: memoryview) -> bool:
        """Whether the next message was there."""
        first = self._next + PREFIX.size
        if first > self._size:
            return False
        mark, metadata_bytes = PREFIX.unpack_from(view, self._next)
        if mark != CONTINUATION:
            raise self._no_arrow()
        if metadata_bytes == 0:
            self._next, self._is_ended = first, True
            return True
        if first + metadata_bytes > self._size:
            return False
        try:
            message = read_message(bytes(view[first : first + metadata_bytes]))
        except ValueError as error:
            raise self._no_arrow() from error
        end = first + metadata_bytes + message.body_bytes
        if end > self._size:
            return False
        self._next = end
        self.row_count += message.row_count
        if message.columns is not None:
            self.columns = message.columns
        return True

    def _no_arrow(self) -> DownloadError:
        return DownloadError(f"{self._url} answered something that is no table in Arrow's format; ask again.")
