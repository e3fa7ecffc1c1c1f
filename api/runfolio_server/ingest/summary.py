"""The text of a summary → what of it is kept. Called by parse.py and rows.py; stored by append.py.

A value that is not kept costs the summary its key and nothing else. The table "Bad lines" of api/README.md says which
values these are; tests/server/test_bad_lines.py walks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from runfolio_server.domain.history_line import parse_line
from runfolio_server.domain.json_size import has_more_values
from runfolio_server.domain.json_text import NotKept, escape_surrogates, to_jsonb_value
from runfolio_server.heavy_threads import HEAVY_BYTES
from runfolio_server.history.storage.kept_members import KeptMembers, LeftOutKey

SUMMARY_MAX_VALUES = 250_000
"""JSON values, as many as a change of a run may bring: to parse so many holds the interpreter for some 60 ms."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary as it is stored: its text as it was sent, but for the keys that are left out, and its value."""

    text: str
    value: dict[str, Any]
    left_out: list[LeftOutKey] = field(default_factory=list)


def read_summary(text: str) -> Summary:
    """What is kept of the text of a summary. Raises ValueError when it is not a JSON object, or holds too much.

    Takes time in the length of the text: call it in a thread when that is long.
    """
    text = escape_surrogates(text)
    left_out: list[LeftOutKey] = []
    raw = text.encode()
    if has_more_values(raw, SUMMARY_MAX_VALUES):
        raise ValueError(f"it holds more than {SUMMARY_MAX_VALUES} JSON values, which is the most that is kept")
    try:
        value = parse_line(raw)
    except NotKept:
        text = KeptMembers(left_out).of_object(raw).decode()
        value = parse_line(text.encode())
    # What takes long is done here, in a thread, and not again where it is stored.
    return Summary(text, to_jsonb_value(value) if len(text) > HEAVY_BYTES else value, left_out)
