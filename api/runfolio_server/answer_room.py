"""Room in memory for the answers that are made: those that become large are made in turn.

Used by answer_budget.py, which knows how large an answer has become.
"""

from __future__ import annotations

from typing import Final

from runfolio_server.held_bytes import HeldBytes

VALUE_BYTES: Final = 64
"""Of memory, about: a number in a list takes half of it, an object of one field three times as much."""
SMALL_ANSWER_BYTES: Final = 4 * 2**20
"""Of memory: an answer that has come so far waits for room before it reads on. Pages of SDKs stay below it."""
LARGE_ANSWER_BYTES: Final = 192 * 2**20
"""Of memory: what an answer has room for that is not small. Its budget of text, and of values as memory."""
LARGE_ANSWERS_MAX: Final = 2
"""So many such answers are made in a process at once, of one caller one: two take 400 MB."""
ANSWER_WAIT_MAX_S: Final = 30.0
"""As long as a statement may take; who waits longer for room is told to come back."""


def room_for_answers() -> HeldBytes:
    """The room of one process."""
    return HeldBytes(LARGE_ANSWERS_MAX * LARGE_ANSWER_BYTES, LARGE_ANSWER_BYTES, ANSWER_WAIT_MAX_S)
