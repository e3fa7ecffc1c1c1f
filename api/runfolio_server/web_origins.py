"""Origins of web pages, as a setting lists them and as browsers spell them. Used by settings.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

USUAL_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}


def parse_origins(text: str) -> tuple[str, ...]:
    """The origins in a list with commas. Raises ValueError, whose text says what is wrong and what is allowed.

    >>> parse_origins("https://Board.example.org:443/, http://localhost:5173")
    ('https://board.example.org', 'http://localhost:5173')
    """
    return tuple(_parse(part.strip()) for part in text.split(",") if part.strip())


def _parse(told: str) -> str:
    if told == "*":
        raise ValueError(
            "'*', any page of the internet: through the browsers of your network each could then ask this server; "
            "allowed: origins by name, such as https://board.example.org, separated by commas"
        )
    try:
        parts = urlsplit(told)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    is_plain = told.isascii() and not any(character <= " " or character in "*'\";" for character in told)
    if parts.scheme not in USUAL_PORTS or not host or not is_bare or not is_plain or port == 0:
        raise ValueError(
            f"{told!r}; allowed: origins such as https://board.example.org or http://localhost:5173, without a path, "
            "separated by commas"
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, USUAL_PORTS[parts.scheme]) else f":{port}")
