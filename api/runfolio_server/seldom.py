"""Lines in the log for what goes wrong again and again: one a minute, with how often it was."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

EVERY_S: Final = 60.0
KINDS_MAX: Final = 100
"""Texts that are remembered: they come from code, so that there are a few."""


class Seldom:
    """Warns through a logger, once a minute for each text; `clock` is time.monotonic but in tests."""

    def __init__(self, logger: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._logger = logger
        self._clock = clock
        # When each was last told, and how often it was not told since.
        self._told: dict[str, tuple[float, int]] = {}

    def warning(self, text: str, *arguments: object) -> None:
        """Log the text, a format with these arguments, unless that was done in the last minute."""
        now = self._clock()
        told_at, untold = self._told.get(text, (None, 0))
        if told_at is not None and now - told_at < EVERY_S:
            self._told[text] = (told_at, untold + 1)
            return
        if len(self._told) >= KINDS_MAX:
            self._told.clear()
        self._told[text] = (now, 0)
        since = f" ({untold} times more since it was last told)" if untold else ""
        self._logger.warning("%s%s", text % arguments, since)
