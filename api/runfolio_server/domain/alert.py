"""What a run may raise an alert with. Used by actions/runs/alerts.py and graph/."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from runfolio_server.domain.json_text import storable_text

# A line of a list, or the subject of a message.
TITLE_MAX: Final = 256
# Some screens; what is longer belongs into a file of the run.
TEXT_MAX: Final = 10_000
# They lie among the newest thousand events of the run: half of these stay for its states.
ALERTS_MAX: Final = 500


class Severity(StrEnum):
    """How bad it is; the values stand in the database and on the wire."""

    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


def as_kept(text: str, characters_max: int) -> str:
    """The text as it is stored: what is longer is cut off, because whoever raises an alert sees no refusal.

    >>> as_kept("it diverges", 6)
    'it di…'
    """
    text = storable_text(text)
    return text if len(text) <= characters_max else f"{text[: characters_max - 1]}…"
