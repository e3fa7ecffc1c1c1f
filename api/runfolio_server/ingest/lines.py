"""Texts of lines → LineBlock: which lines are rows, and what is kept out, and why. Called by parse.py and rows.py.

The table "Bad lines" of api/README.md says what happens to which line; tests/server/test_bad_lines.py walks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from runfolio_server.domain.history_line import STEP_KEY, TIMESTAMP_KEY, check_line
from runfolio_server.domain.json_text import MAX_DEPTH, NotKept
from runfolio_server.errors import AppError, TooLarge
from runfolio_server.heavy_threads import HEAVY_BYTES
from runfolio_server.history.storage.kept_members import MAX_KEY_BYTES, KeptMembers, LeftOutKey, longest_key_bytes
from runfolio_server.ingest.batch import LineBlock, LineStream, RejectedLine

MAX_LINE_NUMBER = 2**53
# Rows cost far more memory than the few bytes that the shortest of them have on the wire.
MAX_LINES = 500_000
# Each key becomes a chunk of its own when the line is compacted, and an entry wherever the run's keys are listed.
MAX_KEYS = 100_000
ESCAPED_BYTES = 6
# Too short for MAX_DEPTH brackets that close again, and for MAX_KEYS.
SURELY_SHALLOW_BYTES = 2 * MAX_DEPTH
# Too short for what orjson refuses and of which other keys are kept: brackets in its hundreds, thousands of digits.
SURELY_KEPT_WHOLE_BYTES = 2000
# Of so many refused lines of a request each is told what is wrong with it; to find that out costs more than a row.
REASONS_MAX = 1000
REFUSED_LIKE_OTHERS = f"it is no JSON object, like {REASONS_MAX} lines before it in this request"
# What a row may hold that orjson refuses.
LOOSE_JSON = (b"NaN", b"Infinity", b"\\u")
# So that other threads get their turn between two calls of the parser.
LINES_AT_ONCE = 500
# It is part of the key of every batch and chunk.
WRITER_MAX = 128
WRITER = re.compile(rf"[A-Za-z0-9_-]{{0,{WRITER_MAX}}}")


def line_block(
    stream: LineStream, first_line: int, texts: Sequence[bytes], rejected: list[RejectedLine], *, path: str
) -> LineBlock:
    """The lines `first_line`, `first_line` + 1, …; what is kept out, lines or keys of them, is added to `rejected`.

    Of the rows of a large block only step and timestamp are kept: in memory they take many times their text, and no
    more of them is needed. Raises AppError for a first line out of range, TooLarge for too many lines; `path` is where
    the caller gave them.
    """
    if not 0 <= first_line <= MAX_LINE_NUMBER:
        raise AppError(f"{path}.offset is {first_line}; allowed: an integer from 0 to 2^53", path=f"{path}.offset")
    if len(texts) > MAX_LINES:
        raise TooLarge(f"{path} has {len(texts)} lines; allowed: {MAX_LINES} in one request", path=path)
    # In valid JSON a bare line end can only stand between tokens.
    lines = [text.replace(b"\n", b" ") for text in texts]
    rows: list[dict[str, Any] | None] = []
    has_much = sum(map(len, lines)) > HEAVY_BYTES
    refused = 0
    incomplete: list[int] = []
    for start in range(0, len(lines), LINES_AT_ONCE):
        part = lines[start : start + LINES_AT_ONCE]
        found = _plain_rows(part)
        if found is None:
            found = []
            for index, line in enumerate(part, start):
                left_out: list[LeftOutKey] = []
                try:
                    lines[index], row = (_row if refused < REASONS_MAX else _row_among_refused)(line, left_out)
                except ValueError as error:
                    refused += 1
                    rejected.append(RejectedLine(stream, first_line + index, str(error)))
                    lines[index], row = b"", None
                else:
                    rejected += (RejectedLine.without(stream, first_line + index, key) for key in left_out)
                    incomplete += [first_line + index] if left_out else []
                found.append(row)
        rows += [row and _step_and_time(row) for row in found] if has_much else found
    return LineBlock.received(stream, first_line, lines, rows, incomplete)


def raw_lines(texts: Iterable[str]) -> list[bytes]:
    """The bytes of each text."""
    return [text.encode() if text.isascii() else text.encode("utf-8", "backslashreplace") for text in texts]


def split_lines(text: str) -> list[bytes]:
    """The bytes of each line of a JSON Lines text, which may end with a line end."""
    return text.encode("utf-8", "backslashreplace").removesuffix(b"\n").split(b"\n") if text else []


def _plain_rows(lines: Sequence[bytes]) -> list[dict[str, Any] | None] | None:
    """The rows when each line is short, strict and an object, as nearly always: half the time of one by one."""
    if max(map(len, lines), default=0) > SURELY_SHALLOW_BYTES:
        return None
    try:
        rows = list(map(orjson.loads, lines))
    except orjson.JSONDecodeError:
        return None
    return rows if set(map(type, rows)) <= {dict} else None


def _step_and_time(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in (STEP_KEY, TIMESTAMP_KEY) if key in row}


def _row_among_refused(line: bytes, left_out: list[LeftOutKey]) -> tuple[bytes, dict[str, Any]]:
    """The row, or the same reason for all that is none."""
    try:
        if type(orjson.loads(line)) is not dict:
            raise ValueError(REFUSED_LIKE_OTHERS)
    except orjson.JSONDecodeError:
        if len(line) <= SURELY_KEPT_WHOLE_BYTES and not any(part in line for part in LOOSE_JSON):
            raise ValueError(REFUSED_LIKE_OTHERS) from None
    return _row(line, left_out)


def _row(line: bytes, left_out: list[LeftOutKey]) -> tuple[bytes, dict[str, Any]]:
    """The line as it is stored, and its row; the keys that it is without are added to `left_out`."""
    try:
        row = check_line(line)
    except NotKept:
        pass
    else:
        if len(row) > MAX_KEYS:
            raise ValueError(f"a line has {len(row)} keys; allowed: {MAX_KEYS}")
        if len(line) <= MAX_KEY_BYTES // ESCAPED_BYTES or _key_bytes_at_most(row) <= MAX_KEY_BYTES:
            return line, row
        if longest_key_bytes(row) <= MAX_KEY_BYTES:
            return line, row
    line = KeptMembers(left_out, MAX_KEY_BYTES).of_object(line)
    row = check_line(line)
    if len(row) > MAX_KEYS:
        raise ValueError(f"a line has {len(row)} keys; allowed: {MAX_KEYS}")
    return line, row


def _key_bytes_at_most(row: dict[str, Any]) -> int:
    """A quick bound of longest_key_bytes: what is not plain ASCII may be stored as an escape."""
    longest = 0
    for key, value in row.items():
        is_plain = key.isascii() and "\\" not in key and "\0" not in key
        size = 2 + (len(key) if is_plain else ESCAPED_BYTES * len(key))
        longest = max(longest, size + (_key_bytes_at_most(value) if isinstance(value, dict) else 0))
    return longest


def check_writer(writer: str, what: str) -> str:
    """The name of a writer. Raises AppError for characters that are not allowed; `what` is what the caller calls it."""
    if not WRITER.fullmatch(writer):
        raise AppError(f"The {what} {writer[:100]!r} is not a name; allowed: 0 to {WRITER_MAX} of a-z A-Z 0-9 _ -")
    return writer
