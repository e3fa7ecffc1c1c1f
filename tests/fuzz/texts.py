"""Texts that somebody sends who looks for a way in, or has something broken."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

HOSTILE: Final = (
    "",
    ".",
    "..",
    "../..",
    "../../etc/passwd",
    "..\\..\\windows",
    "%2e%2e%2f",
    "%252e%252e%252f",
    "..%c0%af..",
    "/etc/passwd",
    "file:///etc/passwd",
    "\x00",
    "a\x00b",
    "\r\nSet-Cookie: a=b",
    "\x1b[2J",
    "\ud800",
    "ǅ\u202e",
    "'; DROP TABLE runs; --",
    '" OR 1=1 --',
    "$1",
    "{{may read project p $1}}",
    "{0.__class__}",
    "%s%n",
    "<script>alert(1)</script>",
    "a" * 300,
    "é" * 1000,
    "9" * 40,
    "-1",
    "1e999",
    "NaN",
    "Infinity",
    "null",
    "true",
    "[]",
    "{}",
    "=",
    "bm90IGFuIGlk",
    "UnVuOjE=",
    "QXJ0aWZhY3Q6OTk5OTk5OTk5OTk5OTk5OTk5OTk=",
)
hostile: Final = st.sampled_from(HOSTILE)
any_text: Final = st.one_of(hostile, st.text(max_size=40))
numbers: Final = st.one_of(
    st.integers(-3, 30).map(str),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(("", "1_0", " 1", "٣")),
)


def known_or_any(known: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Mostly what leads somewhere, so that what comes behind it is reached."""
    return st.one_of(st.sampled_from(known), st.sampled_from(known), any_text) if known else any_text
