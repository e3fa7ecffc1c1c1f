"""What one process takes from connections before the application sees anything of them; see door.py and watched.py."""

from __future__ import annotations

import contextlib
import resource
from dataclasses import dataclass
from typing import Final

MEBIBYTE = 1024 * 1024

CONNECTIONS_MAX: Final = 8192
"""Of all processes together, unless the settings say otherwise. A thousand processes that train keep two thousand."""
HEAD_BYTES_MAX: Final = 64 * 1024
"""Of request line and headers together, and of what a chunked body has beside its data before the next chunk. What is
longer, such as a filter, has a body to be sent in."""
HEADERS_MAX: Final = 128
"""Of one request, with all that browsers and some proxies add. As many again as trailers."""
UNREAD_BYTES_MAX: Final = 32 * MEBIBYTE
"""Of bodies that nobody asks for yet, since their keys are still being looked up."""
DISCARDED_BYTES_MAX: Final = 32 * MEBIBYTE
"""Of a body that is answered before it is read, for many clients send all of it before they look. It is not kept."""
REFUSED_BYTES_MAX: Final = 256 * 1024
"""Likewise of a connection that is refused: closing it at once could destroy the answer on its way."""
REFUSED_MAX: Final = 256
"""Refused connections that are open for that; more are closed without an answer."""


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """Seconds, bytes and counts of one process; beyond each the connection is answered and closed."""

    connections_max: int = CONNECTIONS_MAX
    head_bytes_max: int = HEAD_BYTES_MAX
    headers_max: int = HEADERS_MAX
    unread_bytes_max: int = UNREAD_BYTES_MAX
    discarded_bytes_max: int = DISCARDED_BYTES_MAX
    refused_bytes_max: int = REFUSED_BYTES_MAX
    refused_max: int = REFUSED_MAX
    head_s: float = 15.0
    """For a head: from the connection on, or from the head's first byte."""
    idle_s: float = 75.0
    """Between an answer and the next request."""
    window_s: float = 30.0
    """In each so long stretch `window_bytes` must move, of a body to us and of an answer to its reader. So a large
    file may take hours, and what stands still ends."""
    window_bytes: int = 16 * 1024
    """Some 500 bytes a second: a telephone line has ten times as much."""
    refused_s: float = 2.0
    """How long a refused connection stays open."""
    sweep_s: float = 1.0
    """How often all deadlines are looked at, and so how exact they are."""


def raise_descriptor_limit() -> None:
    """Raise this process's soft limit of open files to the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        # Some systems name a hard limit that they do not give.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def descriptor_limit() -> int:
    """How many files this process may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def connections_within(wanted: int, descriptors: int) -> int:
    """How many connections there may be: a quarter of the descriptors is for files and the database."""
    if descriptors == resource.RLIM_INFINITY:
        return wanted
    return min(wanted, descriptors * 3 // 4)
