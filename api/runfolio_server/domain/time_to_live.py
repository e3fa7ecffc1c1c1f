"""How long an artifact is kept."""

from __future__ import annotations

from typing import Final

from runfolio_server.errors import AppError

# A thousand years: times of PostgreSQL end later.
TTL_MAX_S: Final = 1000 * 366 * 86_400


def check_ttl(seconds: int | None, path: str) -> int | None:
    """The seconds from its creation on; 0: always, None: not told. Raises AppError for any other number."""
    if seconds is not None and not 0 <= seconds <= TTL_MAX_S:
        raise AppError(f"{path} is {seconds} seconds; allowed: 0 (kept always) to {TTL_MAX_S}", path=path)
    return seconds
