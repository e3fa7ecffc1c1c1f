"""What programs print to steer a terminal and nobody reads: colours, titles, moves of the cursor."""

from __future__ import annotations

import re
from typing import Final

# ECMA-48: control sequences (ESC [ … final byte), strings (ESC ] … BEL or ESC \), and what is shorter.
TERMINAL_CODES: Final = (
    r"\u001b\[[0-?]*[ -/]*[@-~]|\u001b[]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-~]|\u001b"
)
"""A pattern that means the same to Python and to PostgreSQL."""
_CODES: Final = re.compile(TERMINAL_CODES)


def without_terminal_codes(text: str) -> str:
    r"""The text as it is read.

    >>> without_terminal_codes("\x1b[1;31mred\x1b[0m \x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\")
    'red link'
    """
    return _CODES.sub("", text) if "\x1b" in text else text
