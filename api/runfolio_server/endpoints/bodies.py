"""The body of a request, whole: within its limit, with room for it in memory, and in time. Used by the endpoints.

Whoever reads one knows by then whose request it is: room is shared by callers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from typing import Final

from starlette.requests import Request

from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, TooLarge, TooSlow, UnsupportedMediaType
from runfolio_server.filters.error_excerpt import name_excerpt
from runfolio_server.held_bytes import HeldBytes, Room
from runfolio_server.memory_back import MemoryBack
from runfolio_server.settings import Settings

HELD_BODIES: Final = 4
"""So many of the largest bodies have all processes room for, and one caller for half of them."""
HELD_BODIES_LEAST: Final = 2
"""Of one process, however many there are: one caller must not keep out all others."""
ANONYMOUS_BYTES_MAX: Final = 64 * 1024
"""Of a question without a key: pages of text, so that nobody who has not signed in takes the memory of others."""
BODY_S: Final = 30.0
BODY_BYTES_PER_S: Final = 64 * 1024
"""How fast a body must come that is held until it is whole: within BODY_S and what it takes at half a megabit."""
FIRST_BYTES: Final = 2**18
"""Room for a body of unknown length, until it is longer."""
MADE_OF_BODY: Final = 4
"""Times its bytes is what a body becomes: values, rows and what is sent to PostgreSQL."""
JSON_TYPE: Final = "application/json"
_ROOM: Final = "runfolio.room"


def room_for_bodies(settings: Settings) -> HeldBytes:
    """The room of one process: its equal part of what there is."""
    most = max(HELD_BODIES // settings.processes, HELD_BODIES_LEAST) * settings.max_body_bytes
    return HeldBytes(most, most // 2)


async def read_body(request: Request, caller: Hashable, most: int | None = None) -> bytes:
    """The whole body, of at most `most` bytes: the setting unless told.

    Raises TooLarge as soon as that is known, TooSlow, and Unavailable when there is no room.
    """
    settings: Settings = request.app.state.settings
    held: HeldBytes = request.app.state.held_bodies
    most = settings.max_body_bytes if most is None else most
    length = _length_of(request)
    if length is not None and length > most:
        raise _too_large(most)
    request.scope[_ROOM] = room = await held.take(caller, min(FIRST_BYTES, most) if length is None else length)
    stream = request.stream()
    chunks = [await anext(stream, b"")]
    if len(chunks[0]) > most:
        raise _too_large(most)
    if len(chunks[0]) == length:
        # Most bodies come with their heads: for those no clock is set.
        await _collect(stream, chunks, most, room)
    else:
        try:
            async with asyncio.timeout(BODY_S + (length or most) / BODY_BYTES_PER_S):
                await _collect(stream, chunks, most, room)
        except TimeoutError:
            size = sum(map(len, chunks))
            raise TooSlow(f"The body came too slowly: {size} bytes. Allowed: {BODY_BYTES_PER_S} a second.") from None
    body = b"".join(chunks)
    room.shrink(len(body))
    return body


async def read_question(request: Request, viewer: Viewer) -> bytes:
    """The body of a document or of options, by which somebody reads: as `read_body`, and short without a key."""
    return await read_body(request, viewer.user_id, ANONYMOUS_BYTES_MAX if viewer.is_anonymous else None)


async def _collect(stream: AsyncIterator[bytes], chunks: list[bytes], most: int, room: Room) -> None:
    size = len(chunks[0])
    async for chunk in stream:
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        if size > room.amount:
            await room.grow(most - room.amount)
        chunks.append(chunk)


def check_plain(request: Request) -> None:
    """Refuse a body that is compressed, before it is read: only batches are large enough for that. Raises AppError."""
    encoding = request.headers.get("Content-Encoding", "").lower()
    if encoding not in ("", "identity"):
        raise AppError(f"Content-Encoding {name_excerpt(encoding)!r} is not supported here", allowed=("identity",))


def check_json(request: Request) -> None:
    """Refuse a body that does not say it is JSON. Raises UnsupportedMediaType.

    A form, or a script without leave, can have a browser send `text/plain`, a form's types, or none; for JSON a browser
    asks first (Fetch Standard, "CORS-safelisted request-header").
    """
    told = request.headers.get("Content-Type", "")
    if told.partition(";")[0].strip().lower() != JSON_TYPE:
        shown = name_excerpt(told) if told else "missing"
        raise UnsupportedMediaType(f"Content-Type is {shown}; allowed: {JSON_TYPE}", allowed=(JSON_TYPE,))


def room_of(request: Request) -> Room:
    """The room that the body of this request has, for what is made of it."""
    room: Room = request.scope[_ROOM]
    return room


def give_room_back(request: Request) -> None:
    """The request is answered: nothing of its body is needed any more."""
    room: Room | None = request.scope.pop(_ROOM, None)
    if room is not None:
        memory_back: MemoryBack = request.app.state.memory_back
        # What is made of a body takes several times as much.
        memory_back.after(room.amount * MADE_OF_BODY)
        room.shrink(0)


def _length_of(request: Request) -> int | None:
    """What Content-Length says; None where it says nothing, as before chunks."""
    text = request.headers.get("Content-Length", "")
    # Nineteen digits are more than any limit, and few enough for int().
    return int(text[:19]) if text.isascii() and text.isdigit() else None


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"The body is larger than {most} bytes, which is the most that is allowed here.")
