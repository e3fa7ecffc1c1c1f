"""JSON as people really send it: NaN, Infinity, lone surrogates and integers of any size, kept as text without loss.

The text is what readers get back. `to_jsonb` maps it to what PostgreSQL's jsonb can hold, for filters and order only.
"""

from __future__ import annotations

import gc
import json
import math
import re
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any

import numpy as np
import orjson

MAX_DEPTH = 200
TOO_DEEP = f"nested deeper than {MAX_DEPTH}"
DIGITS_MAX = 4300
"""Of an integer, as Python reads it."""
TOO_LONG = f"an integer has more than {DIGITS_MAX:,} digits"

# What may stand before a number becomes a space, and digits become alike: looking for one text in the result takes a
# tenth of the time of a regular expression, and the fraction of a float, which follows a point, is not mistaken.
_ALIKE = bytes.maketrans(b"123456789:,[-\t\r\n", b"000000000       ")
_LONG_DIGITS = b"0" * 19

# How each byte changes the depth; 2 marks a quotation mark.
_DEPTH_CHANGES = np.zeros(256, np.int8)
_DEPTH_CHANGES[list(b"[{")] = 1
_DEPTH_CHANGES[list(b"]}")] = -1
_DEPTH_CHANGES[ord('"')] = 2
# Numbers take eight times the bytes that they stand for.
_DEPTH_BYTES = 1024 * 1024

MANY_OBJECTS_BYTES = 1024 * 1024
# From here on what is no strict JSON is parsed in Python: ten times as slow, and meanwhile others have their turn.
LONG_TEXT_BYTES = 128 * 1024

_SURROGATE = re.compile("[\ud800-\udfff]")


class _PythonDecoder(json.JSONDecoder):
    """The standard library's decoder without its parser in C, which holds the interpreter until the text ends."""

    def __init__(self) -> None:
        super().__init__()
        self.scan_once = py_make_scanner(self)


_DECODER = _PythonDecoder()


class NotKept(ValueError):
    """JSON that is valid as far as it was looked at, and of which no value is made here: too deep, or too long."""


def parse(raw: bytes) -> Any:
    """The value of a JSON text. Raises ValueError: not JSON, or NotKept, such as nested deeper than MAX_DEPTH.

    NaN, Infinity and -Infinity are floats; the last of repeated keys wins; 1 is an int and 1.0 a float.
    """
    check_depth(raw)
    if not has_long_integer(raw):
        try:
            return parse_strict(raw)
        except orjson.JSONDecodeError:
            pass  # Not strict JSON; perhaps what Python's json writes.
    return _parse_slowly(raw)


def has_long_integer(raw: bytes) -> bool:
    """Whether a JSON text may hold an integer beyond 64 bits, which orjson reads as a float: rarely yes without one."""
    alike = raw.translate(_ALIKE)
    return b" " + _LONG_DIGITS in alike or alike.startswith(_LONG_DIGITS)


def parse_envelope(raw: bytes) -> Any:
    """The value of a JSON text whose numbers do not matter, such as a request body that carries others as strings.

    Quicker than `parse`: integers beyond 64 bits may come as floats, and nesting is bounded by the parser alone.
    Raises ValueError for exactly the texts that are not JSON.
    """
    try:
        return parse_strict(raw)
    except orjson.JSONDecodeError:
        return _parse_slowly(raw)


def parse_strict(raw: bytes) -> Any:
    """What orjson makes of a text. Raises orjson.JSONDecodeError.

    A large text may be hundreds of thousands of objects. The garbage collector would go through them again and again
    while they are made: in all this time no other thread runs.
    """
    if len(raw) < MANY_OBJECTS_BYTES or not gc.isenabled():
        return orjson.loads(raw)
    gc.disable()
    try:
        return orjson.loads(raw)
    finally:
        # NOTE: not gc.freeze() and gc.unfreeze(), which spare it one more walk, but end what the server has frozen.
        gc.enable()


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
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def to_jsonb(value: Any) -> str:
    """JSON text that jsonb accepts: see `to_jsonb_value`."""
    try:
        text = orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits, a lone surrogate, or too deep
        text = b"null"
    # orjson is fifty times faster. It writes NaN and Infinity as null, which are no null when they are read again.
    if b"\\u0000" not in text and (b"null" not in text or parse_strict(text) == value):
        return text.decode()
    return json.dumps(to_jsonb_value(value), ensure_ascii=False, separators=(",", ":"))


def to_jsonb_value(value: Any) -> Any:
    """Map what jsonb refuses: a non-finite number to {"$number": "NaN"}, NUL to U+2400, a lone surrogate to U+FFFD."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return {"$number": _name_of(value)}
    if isinstance(value, dict):
        return {storable_text(key): to_jsonb_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_jsonb_value(item) for item in value]
    return value


def to_strict_value(value: Any) -> Any:
    """Map what strict JSON lacks, for readers that refuse it: non-finite numbers are texts, such as "NaN"."""
    if isinstance(value, float) and not math.isfinite(value):
        return _name_of(value)
    if isinstance(value, dict):
        return {key: to_strict_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_strict_value(item) for item in value]
    return value


def storable_text(text: str) -> str:
    """Text for a PostgreSQL text column, which can hold neither NUL nor a lone surrogate."""
    if "\0" in text:
        text = text.replace("\0", "\u2400")
    return _SURROGATE.sub("\ufffd", text)


def _name_of(number: float) -> str:
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _parse_slowly(raw: bytes) -> Any:
    try:
        if len(raw) < LONG_TEXT_BYTES:
            return json.loads(raw)
        return _DECODER.decode(raw.decode(json.detect_encoding(raw), "surrogatepass"))
    except RecursionError as error:
        raise NotKept(TOO_DEEP) from error
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except ValueError as error:
        # Python reads numbers of so many digits only, because it takes time in their square.
        raise NotKept(TOO_LONG) from error


def _dump_slowly(value: Any) -> str:
    return escape_surrogates(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def check_depth(raw: bytes, outside: int = 0) -> None:
    """Raise NotKept when a JSON text that is `outside` levels deep itself is nested deeper than MAX_DEPTH."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH - outside:
        return
    if b"\\" in raw:
        # First the escaped backslashes, so that a quotation mark behind a backslash is an escaped one.
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    depth, in_string = 0, False
    for first in range(0, len(raw), _DEPTH_BYTES):
        changes = _DEPTH_CHANGES[np.frombuffer(raw, np.uint8, min(_DEPTH_BYTES, len(raw) - first), first)]
        changes = changes[changes != 0]
        if len(changes) == 0:
            continue
        quotes = changes == 2
        inside = np.logical_xor.accumulate(quotes) ^ in_string
        depths = depth + np.cumsum(np.where(quotes | inside, 0, changes), dtype=np.int64)
        if depths.max() > MAX_DEPTH - outside:
            raise NotKept(TOO_DEEP)
        depth, in_string = int(depths[-1]), bool(inside[-1])
