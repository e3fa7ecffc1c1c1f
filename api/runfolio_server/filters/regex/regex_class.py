r"""Sets of characters in RE2 patterns, such as `[a-z]`, `\d` and `[[:alpha:]]`, as code points. Used by regex.py."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import Final

LAST_CODE = 0x10FFFF
CHARACTER_ESCAPES: Final = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

_HEXADECIMAL = re.compile(r"([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,8})\}")
_POSIX = re.compile(r"\[:(\^?)([a-z]+):\]")

Range = tuple[int, int]


class ClassError(ValueError):
    """A class that RE2 would refuse; the message says why."""


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """Ranges of code points, both ends inclusive, or everything but them."""

    ranges: tuple[Range, ...]
    is_inverted: bool = False

    def inverted(self) -> CharacterSet:
        """Everything else."""
        return CharacterSet(self.ranges, not self.is_inverted)

    def folded(self) -> CharacterSet:
        """With both cases of every ASCII letter in the ranges."""
        found = list(self.ranges)
        for lower in range(ord("a"), ord("z") + 1):
            upper = lower - 32
            if any(first <= code <= last for first, last in self.ranges for code in (lower, upper)):
                found += [(lower, lower), (upper, upper)]
        return CharacterSet(tuple(found), self.is_inverted)

    def plain_ranges(self) -> tuple[Range, ...]:
        """The ranges of what is in the set, sorted and apart."""
        merged: list[Range] = []
        for first, last in sorted(self.ranges):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        if not self.is_inverted:
            return tuple(merged)
        starts = [0, *(last + 1 for _, last in merged)]
        ends = [*(first - 1 for first, _ in merged), LAST_CODE]
        return tuple((start, end) for start, end in zip(starts, ends, strict=True) if start <= end)

    def sql(self) -> str:
        """PostgreSQL's bracket expression; empty when no text of PostgreSQL has such a character."""
        if not any(last > 0 for _, last in self.plain_ranges()):
            return ""
        spelled = [
            _spelled(max(first, 1), last) for first, last in CharacterSet(self.ranges).plain_ranges() if last > 0
        ]
        if not spelled:
            return "(?:.)"
        return f"[{'^' if self.is_inverted else ''}{''.join(spelled)}]"


def _of(text: str) -> CharacterSet:
    return CharacterSet(tuple((ord(character), ord(character)) for character in text))


NEWLINE: Final = _of("\n")
_DIGIT: Final = _of(string.digits)
_WORD: Final = _of(string.ascii_letters + string.digits + "_")
_SPACE: Final = _of("\t\n\f\r ")  # RE2's \s has no vertical tab

PERL_CLASSES: Final = {
    "d": _DIGIT,
    "D": _DIGIT.inverted(),
    "w": _WORD,
    "W": _WORD.inverted(),
    "s": _SPACE,
    "S": _SPACE.inverted(),
}
_POSIX_CLASSES: Final = {
    "alnum": _of(string.ascii_letters + string.digits),
    "alpha": _of(string.ascii_letters),
    "ascii": CharacterSet(((0, 127),)),
    "blank": _of("\t "),
    "cntrl": CharacterSet(((0, 31), (127, 127))),
    "digit": _DIGIT,
    "graph": CharacterSet(((33, 126),)),
    "lower": _of(string.ascii_lowercase),
    "print": CharacterSet(((32, 126),)),
    "punct": _of(string.punctuation),
    "space": _of("\t\n\v\f\r "),
    "upper": _of(string.ascii_uppercase),
    "word": _WORD,
    "xdigit": _of(string.hexdigits),
}


def spell_character(code: int) -> str:
    """A character that stands for itself, inside and outside of brackets."""
    character = chr(code)
    if (character.isascii() and character.isalnum()) or (code > 0xA0 and character.isprintable()):
        return character
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _spelled(first: int, last: int) -> str:
    return spell_character(first) + (f"-{spell_character(last)}" if last > first else "")


def parse_class(pattern: str, at: int) -> tuple[CharacterSet, int]:
    """The class whose opening bracket stands before `at`, and where it ends. Raises ClassError."""
    is_inverted = pattern.startswith("^", at)
    at += is_inverted
    ranges: list[Range] = []
    first_at = at
    while not pattern.startswith("]", at) or at == first_at:
        if at >= len(pattern):
            raise ClassError("a missing closing bracket")
        found, at = _parse_item(pattern, at)
        if isinstance(found, CharacterSet):
            ranges += found.plain_ranges()
            continue
        last = found
        if pattern.startswith("-", at) and not pattern.startswith("-]", at):
            end, at = _parse_item(pattern, at + 1)
            if isinstance(end, CharacterSet) or end < found:
                raise ClassError("a range that ends before it starts")
            last = end
        ranges.append((found, last))
    return CharacterSet(tuple(ranges), is_inverted), at + 1


def parse_hexadecimal(pattern: str, at: int) -> tuple[int, int]:
    r"""The code point behind `\x`, and where it ends. Raises ClassError."""
    match = _HEXADECIMAL.match(pattern, at)
    code = int(match[1] or match[2], 16) if match else 0
    if match is None or not 0 < code <= LAST_CODE or 0xD800 <= code <= 0xDFFF:
        raise ClassError("\\x without a character's hexadecimal number (\\x41 or \\x{1F600})")
    return code, match.end()


def _parse_item(pattern: str, at: int) -> tuple[CharacterSet | int, int]:
    """A set, or one code point, and where it ends."""
    if at >= len(pattern):
        raise ClassError("a missing closing bracket")
    posix = _POSIX.match(pattern, at)
    if posix:
        found = _POSIX_CLASSES.get(posix[2])
        if found is None:
            raise ClassError(f"the class {posix[0]}")
        return (found.inverted() if posix[1] else found), posix.end()
    if pattern[at] != "\\":
        return ord(pattern[at]), at + 1
    letter = pattern[at + 1 : at + 2]
    if letter == "x":
        return parse_hexadecimal(pattern, at + 2)
    if letter in PERL_CLASSES:
        return PERL_CLASSES[letter], at + 2
    if letter in CHARACTER_ESCAPES:
        return ord(CHARACTER_ESCAPES[letter]), at + 2
    if letter and letter.isascii() and not letter.isalnum():
        return ord(letter), at + 2
    raise ClassError(f"the escape \\{letter} in a class")
