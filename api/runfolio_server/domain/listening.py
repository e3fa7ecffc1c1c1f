"""How long nobody may have listened to runs before their silence has to be measured anew."""

from __future__ import annotations

from typing import Final

LONGEST_GAP_S: Final = 30.0
PART_OF_SILENCE: Final = 0.5


def longest_gap_s(heartbeat_timeout_s: float) -> float:
    """The longest time without any process of the API that still counts as listening, in seconds.

    After a longer one every run has the whole silence before it: as long as the server was away nobody could be heard.

    >>> longest_gap_s(300), longest_gap_s(4)
    (30.0, 2.0)
    """
    return min(LONGEST_GAP_S, heartbeat_timeout_s * PART_OF_SILENCE)
