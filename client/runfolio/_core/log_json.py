"""Rows and summaries as JSON text, within what the server takes. Used by log_queue.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from runfolio._core import json_text

ROW_BYTES_MAX = 10 * 1024 * 1024
SUMMARY_BYTES_MAX = 10 * 1024 * 1024


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


def _encode(value: Any, what: str) -> bytes:
    """As json_text.dump writes it, and ten times as fast."""
    try:
        return to_json(value, inf_nan_mode="constants", fallback=json_text.plain)
    except (PydanticSerializationError, TypeError, ValueError):
        # Lone surrogates; or something that is no JSON, for which this raises the error that says so.
        return json_text.dump(value, what).encode("ascii")
