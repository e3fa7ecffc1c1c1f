"""JSON as people really send it: NaN, Infinity, lone surrogates and integers of any size, kept as text without loss.

The text is what readers get back. `to_jsonb` maps it to what PostgreSQL's jsonb can hold, for filters and order only.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import orjson

MAX_DEPTH = 200

# orjson reads an integer beyond 64 bits as a float.
_LONG_INTEGER = re.compile(rb"[0-9]{19}")
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(raw: bytes) -> Any:
    """The value of a JSON text. Raises ValueError: not JSON, or nested deeper than MAX_DEPTH.

    NaN, Infinity and -Infinity are floats; the last of repeated keys wins; 1 is an int and 1.0 a float.
    """
    check_depth(raw)
    if not _LONG_INTEGER.search(raw):
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass  # Not strict JSON; perhaps what Python and the W&B SDK write.
    return _parse_slowly(raw)


def parse_envelope(raw: bytes) -> Any:
    """The value of a JSON text whose numbers do not matter, such as a request body that carries others as strings.

    Quicker than `parse`: integers beyond 64 bits may come as floats, and nesting is bounded by the parser alone.
    Raises ValueError for exactly the texts that are not JSON.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _parse_slowly(raw)


def dump(value: Any) -> str:
    """Compact JSON text of a parsed value; `parse` of it gives the value back, type for type."""
    try:
        text = orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits, a lone surrogate, or too deep
        return _dump_slowly(value)
    # orjson is ten times faster, but writes NaN and Infinity as null: where there is a null, it may have been one.
    return _dump_slowly(value) if b"null" in text else text.decode()


def escape_surrogates(text: str) -> str:
    r"""The text with each lone surrogate as its `\udXXX` escape: the same JSON, and valid UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()


def to_jsonb(value: Any) -> str:
    """JSON text that jsonb accepts: see `to_jsonb_value`."""
    return json.dumps(to_jsonb_value(value), ensure_ascii=False, separators=(",", ":"))


def to_jsonb_value(value: Any) -> Any:
    """Map what jsonb refuses: a non-finite number to {"$number": "NaN"}, NUL to U+2400, a lone surrogate to U+FFFD."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return {"$number": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, dict):
        return {storable_text(key): to_jsonb_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_jsonb_value(item) for item in value]
    return value


def storable_text(text: str) -> str:
    """Text for a PostgreSQL text column, which can hold neither NUL nor a lone surrogate."""
    if "\0" in text:
        text = text.replace("\0", "\u2400")
    return _SURROGATE.sub("\ufffd", text)


def _parse_slowly(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except RecursionError as error:
        raise ValueError(f"nested deeper than {MAX_DEPTH}") from error


def _dump_slowly(value: Any) -> str:
    return escape_surrogates(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def check_depth(raw: bytes) -> None:
    """Raise ValueError when a JSON text is nested deeper than MAX_DEPTH."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    in_string = escaped = False
    for byte in raw:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"nested deeper than {MAX_DEPTH}")
        elif byte in b"]}":
            depth -= 1
