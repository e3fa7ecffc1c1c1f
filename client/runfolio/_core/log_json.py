"""Rows and summaries as JSON text, and what of them the server takes. Used by log_queue.py and column_slice.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from runfolio._core import json_text

ROW_BYTES_MAX = 10 * 1024 * 1024
SUMMARY_BYTES_MAX = 10 * 1024 * 1024
# The server keeps out what is nested deeper, the row counted, and integers of more digits.
DEPTH_MAX = 200
DIGITS_MAX = 4300
INTEGERS_END = 10**DIGITS_MAX
# Objects within each other that are searched for what is not kept.
LEVELS_MAX = 8


def encode_row(row: Mapping[str, Any]) -> bytes:
    """One line of JSON. Raises TypeError for what is no JSON, ValueError for a row that is too large."""
    line = _encode(row, "the row")
    if len(line) > ROW_BYTES_MAX:
        raise ValueError(f"The row has {len(line)} bytes of JSON; allowed: {ROW_BYTES_MAX}.")
    return line


def encode_summary(summary: dict[str, Any]) -> tuple[bytes, tuple[str, ...]]:
    """The JSON of a summary, and the keys that were taken out of it, the largest first, because it was too large."""
    text = _encode(summary, "the summary")
    if len(text) <= SUMMARY_BYTES_MAX:
        return text, ()
    sizes = sorted(((len(_encode(value, name)), name) for name, value in summary.items()), reverse=True)
    excess, left_out = len(text) - SUMMARY_BYTES_MAX, list[str]()
    for size, name in sizes:
        if excess <= 0:
            break
        del summary[name]
        excess -= size
        left_out.append(name)
    return _encode(summary, "the summary"), tuple(left_out)


def summary_values(row: dict[str, Any], line: bytes) -> tuple[dict[str, Any], list[str]]:
    """What of a row the summary takes, as it was logged, and the keys whose values the server does not keep.

    `line` is its JSON.
    """
    if b"[" not in line and line.rfind(b"{") == 0:
        lost = [] if len(line) <= DIGITS_MAX else [name for name, value in row.items() if _is_too_long(value)]
        return ({name: value for name, value in row.items() if name not in lost} if lost else row), lost
    # What is nested may be changed after it was logged.
    try:
        found = json_text.parse_object(line.decode())
        if line.count(b"[") + line.count(b"{") > DEPTH_MAX:
            _check_kept(found, 0)
        return found, []
    except (ValueError, RecursionError):
        return kept_values(row)


def kept_values(row: Mapping[str, Any], depth: int = 1) -> tuple[dict[str, Any], list[str]]:
    """The values that the server keeps, as copies, and the keys of the others; `depth` is how deep they are nested.

    Objects inside are kept without those of their keys.
    """
    kept, lost = dict[str, Any](), list[str]()
    for name, value in row.items():
        try:
            kept[name] = json_text.parse(_encode(value, name).decode())
            _check_kept(kept[name], depth)
        except (ValueError, RecursionError):
            kept.pop(name, None)
            if isinstance(value, Mapping) and depth < LEVELS_MAX:
                kept[name], _ = kept_values(value, depth + 1)
            else:
                lost.append(name)
    return kept, lost


def _check_kept(value: Any, depth: int) -> None:
    if isinstance(value, list | dict):
        if depth == DEPTH_MAX:
            raise ValueError(f"nested deeper than {DEPTH_MAX}")
        for inner in value.values() if isinstance(value, dict) else value:
            if isinstance(inner, list | dict | int):
                _check_kept(inner, depth + 1)
    elif _is_too_long(value):
        raise ValueError(f"an integer has more than {DIGITS_MAX} digits")


def _is_too_long(value: Any) -> bool:
    return isinstance(value, int) and not -INTEGERS_END < value < INTEGERS_END


def _encode(value: Any, what: str) -> bytes:
    """As json_text.dump writes it, and ten times as fast."""
    try:
        return to_json(value, inf_nan_mode="constants", fallback=json_text.plain)
    except (PydanticSerializationError, TypeError, ValueError):
        # Lone surrogates; or something that is no JSON, for which this raises the error that says so.
        return json_text.dump(value, what).encode("ascii")
