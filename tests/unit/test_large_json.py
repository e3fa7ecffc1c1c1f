"""Large JSON texts: how deep they are is found out without a loop over bytes, and parsing stops nobody for long."""

from __future__ import annotations

import gc
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runfolio_server.domain import json_text
from runfolio_server.domain.json_text import (
    MANY_OBJECTS_BYTES,
    MAX_DEPTH,
    check_depth,
    has_long_integer,
    parse,
    parse_envelope,
)

# What decides about depth, and something that does not.
PIECES = st.sampled_from([b"[", b"]", b"{", b"}", b'"', b"\\", b'\\"', b"\\\\", b"x", b"[[[", b"]]", b'"[{"'])


def _depth(text: bytes) -> int:
    """Byte by byte, as RFC 8259 says it."""
    depth = deepest = 0
    in_string = escaped = False
    for byte in text:
        if in_string:
            if escaped:
                escaped = False
            elif byte == ord("\\"):
                escaped = True
            elif byte == ord('"'):
                in_string = False
        elif byte == ord('"'):
            in_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _strings_hold_all_backslashes(text: bytes) -> bool:
    """Outside a string a backslash is no JSON, and any answer is good."""
    in_string = escaped = False
    for byte in text:
        if not in_string:
            if byte == ord("\\"):
                return False
            in_string = byte == ord('"')
        elif escaped:
            escaped = False
        elif byte == ord("\\"):
            escaped = True
        elif byte == ord('"'):
            in_string = False
    return True


@pytest.mark.parametrize("block", [1, 2, 7, 1024])
def test_depth_is_told_as_byte_by_byte_wherever_a_block_ends(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "_DEPTH_BYTES", block)
    monkeypatch.setattr(json_text, "MAX_DEPTH", 3)

    @given(st.lists(PIECES, max_size=40).map(b"".join).filter(_strings_hold_all_backslashes))
    @example(b'["\\\\","[[[["]')
    @example(b'["\\\\\\"[[[["]')
    @example(b'["\\u005b[[[[",[[[]]]]')
    def check(text: bytes) -> None:
        is_deep = False
        try:
            check_depth(text)
        except ValueError:
            is_deep = True
        assert is_deep == (_depth(text) > 3)

    check()


@pytest.mark.parametrize("size", [1000, 3 * json_text._DEPTH_BYTES])
def test_many_brackets_are_no_depth(size: int) -> None:
    check_depth(b"[" + b",".join([b"[1]"] * (size // 4)) + b"]")
    check_depth(json.dumps(["[{" * size]).encode())
    with pytest.raises(ValueError, match=f"nested deeper than {MAX_DEPTH}"):
        check_depth(b'["' + b"]" * size + b'",' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"]")


@pytest.mark.parametrize(
    ("text", "is_long"),
    [
        (b"0.1234567890123456789012345", False),
        (b"[0.30000000000000004441, -1.00000000000000000000000001]", False),
        (b'{"a":1.2345678901234567890e-7}', False),
        (b"123456789012345678", False),
        (b"1234567890123456789", True),
        (b"-1234567890123456789", True),
        (b"[1,12345678901234567890]", True),
        (b'{"a":12345678901234567890}', True),
        (b'{"a": 12345678901234567890}', True),
        (b"[\n12345678901234567890]", True),
        (b"[\t12345678901234567890]", True),
        (b"[\r12345678901234567890]", True),
    ],
)
def test_the_fraction_of_a_float_is_no_long_integer(text: bytes, is_long: bool) -> None:
    assert is_long == has_long_integer(text)
    assert repr(json.loads(text)) == repr(parse(text))


@given(st.recursive(st.integers() | st.floats(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_an_integer_beyond_64_bits_is_always_found(value: Any) -> None:
    def longest(value: Any) -> int:
        if isinstance(value, dict | list):
            return max(map(longest, value.values() if isinstance(value, dict) else value), default=0)
        return len(str(abs(value))) if isinstance(value, int) else 0

    if longest(value) >= 19:
        assert has_long_integer(json.dumps(value).encode())


@pytest.mark.parametrize("read", [parse, parse_envelope])
def test_the_garbage_collector_does_not_go_through_a_large_text_again_and_again(read: Any) -> None:
    text = b"[" + b",".join([b"[]"] * (MANY_OBJECTS_BYTES // 3)) + b"]"
    collected: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            collected.append(info["generation"])

    gc.collect()
    gc.callbacks.append(note)
    try:
        value = read(text)
    finally:
        gc.callbacks.remove(note)

    assert MANY_OBJECTS_BYTES // 3 == len(value)
    assert len(collected) <= 2
    assert gc.isenabled()


def test_what_is_large_and_no_json_leaves_the_garbage_collector_as_it_was() -> None:
    with pytest.raises(ValueError):
        parse_envelope(b"[" * MANY_OBJECTS_BYTES)

    assert gc.isenabled()
