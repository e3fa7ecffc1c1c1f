r"""RE2 patterns as PostgreSQL regular expressions: the same matches, or a refusal. Used by operands.py.

Nothing of the caller's pattern is passed on. It is parsed, and written anew with groups that capture nothing, special
characters as `\uXXXX` and classes spelled out: without captures and back references PostgreSQL matches with an
automaton, in time linear in the text; its size is bounded, see regex_extent.py. Only ASCII letters have a case, and
`\d \w \s \b` mean ASCII, as in RE2. See https://github.com/google/re2/wiki/Syntax and PostgreSQL's "Regular
Expression Details".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from runfolio_server.domain.json_text import storable_text
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import value_excerpt
from runfolio_server.filters.limits import (
    REGEX_MAX_CHARACTERS,
    REGEX_MAX_GROUP_DEPTH,
    REGEX_MAX_REPEAT,
    REGEX_MAX_SIZE,
    REGEX_MAX_WAYS,
)
from runfolio_server.filters.regex.regex_class import (
    CHARACTER_ESCAPES,
    NEWLINE,
    PERL_CLASSES,
    CharacterSet,
    ClassError,
    parse_class,
    parse_hexadecimal,
    spell_character,
)
from runfolio_server.filters.regex.regex_extent import (
    CHARACTER,
    NOTHING,
    POSITION,
    Extent,
    both,
    either,
    in_a_row,
    repeated,
)

_REPEAT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}", re.ASCII)
_NAMED_GROUP = re.compile(r"\?P?<[A-Za-z_]\w*>", re.ASCII)
_FLAGS = re.compile(r"\?([imsU]*)(?:-([imsU]+))?([:)])")
# Positions, not characters; PostgreSQL's `^` and `$` are the ends of the text only, as in RE2 without (?m).
_LINE_START = r"(?:^|(?<=\u000a))"
_LINE_END = r"(?:$|(?=\u000a))"
_POSITIONS = {"A": "^", "z": "$", "b": r"\y", "B": r"\Y"}


def translate_regex(pattern: str, path: str) -> str:
    """PostgreSQL's spelling of an RE2 pattern. Raises AppError: not RE2, too large, or nothing PostgreSQL can bound."""
    if len(pattern) > REGEX_MAX_CHARACTERS:
        raise AppError(
            f"The pattern at {path} has {len(pattern)} characters; allowed: {REGEX_MAX_CHARACTERS}",
            path=path,
            allowed=(f"{REGEX_MAX_CHARACTERS} characters",),
        )
    parser = _Parser(storable_text(pattern), path)
    node = parser.parse_alternatives()
    if parser.at < len(parser.pattern):
        raise parser.refusal("a closing parenthesis without an opening one")
    return node.sql


@dataclass(frozen=True, slots=True)
class _Node:
    """A piece of the translation."""

    sql: str
    extent: Extent
    is_repeatable: bool = True


@dataclass(frozen=True, slots=True)
class _Repeat:
    """A repetition as PostgreSQL writes it; `most` None: without end."""

    sql: str
    least: int
    most: int | None


class _Parser:
    """Recursive descent over one pattern."""

    def __init__(self, pattern: str, path: str) -> None:
        self.pattern = pattern
        self.path = path
        self.at = 0
        self.depth = 0
        self.flags = frozenset[str]()

    def refusal(self, why: str) -> AppError:
        """The error that says why, and where in the pattern."""
        return AppError(
            f"The pattern {value_excerpt(self.pattern)} at {self.path} is not allowed: {why}, near character "
            f"{min(self.at, len(self.pattern)) + 1}; allowed: RE2 syntax without Unicode classes",
            path=self.path,
            allowed=("RE2 syntax without Unicode classes",),
        )

    def parse_alternatives(self) -> _Node:
        branches = [self._parse_branch()]
        while self._takes("|"):
            branches.append(self._parse_branch())
        sql = "|".join(branch.sql for branch in branches)
        return _Node(sql, either([branch.extent for branch in branches]))

    def _parse_branch(self) -> _Node:
        sql = []
        extent = NOTHING
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            node = self._parse_repeated()
            sql.append(node.sql)
            extent = both(extent, node.extent)
            self._check(extent)
        return _Node("".join(sql) or "(?:)", extent)

    def _parse_repeated(self) -> _Node:
        node = self._parse_atom()
        repeat = self._take_repeat()
        if repeat is None:
            return node
        if not node.is_repeatable:
            raise self.refusal("a repetition of nothing")
        if self._take_repeat():
            raise self.refusal("a repetition of a repetition")
        extent = repeated(node.extent, repeat.least, repeat.most)
        self._check(extent)
        return _Node(node.sql + repeat.sql, extent)

    def _check(self, extent: Extent) -> None:
        if extent.size > REGEX_MAX_SIZE:
            raise self.refusal(f"its repetitions unfold to more than {REGEX_MAX_SIZE} characters")
        if extent.ways > REGEX_MAX_WAYS:
            raise self.refusal("too many of its characters may follow each other, because those between may be absent")

    def _take_repeat(self) -> _Repeat | None:
        """The repetition that stands here."""
        found = self.pattern[self.at : self.at + 1]
        match = _REPEAT.match(self.pattern, self.at)
        if found and found in "*+?":
            self.at += 1
            repeat = _Repeat(found, int(found == "+"), 1 if found == "?" else None)
        elif match:
            low, comma, high = match.groups()
            least, most = int(low), int(high or low)
            if most > REGEX_MAX_REPEAT or least > most:
                raise self.refusal(f"a repetition outside of 0 to {REGEX_MAX_REPEAT}")
            self.at = match.end()
            sql = "{" + str(least) + ("," if comma else "") + (str(most) if high else "") + "}"
            repeat = _Repeat(sql, least, most if high or not comma else None)
        else:
            return None
        # A lazy repetition finds another place, never another answer to whether there is one.
        self._takes("?")
        return repeat

    def _parse_atom(self) -> _Node:
        character = self.pattern[self.at]
        if character in "*+?" or _REPEAT.match(self.pattern, self.at):
            raise self.refusal("a repetition of nothing")
        self.at += 1
        if character == "(":
            return self._parse_group()
        if character == "[":
            try:
                found, self.at = parse_class(self.pattern, self.at)
            except ClassError as error:
                raise self.refusal(str(error)) from error
            return self._characters(found)
        if character == ".":
            return _Node("(?:.)" if "s" in self.flags else NEWLINE.inverted().sql(), CHARACTER)
        if character == "^":
            return _Node(_LINE_START if "m" in self.flags else "^", POSITION, is_repeatable=False)
        if character == "$":
            return _Node(_LINE_END if "m" in self.flags else "$", POSITION, is_repeatable=False)
        if character == "\\":
            return self._parse_escape()
        return self._literal(character)

    def _parse_group(self) -> _Node:
        self.depth += 1
        if self.depth > REGEX_MAX_GROUP_DEPTH:
            raise self.refusal(f"groups nested deeper than {REGEX_MAX_GROUP_DEPTH}")
        flags_before = self.flags
        named = _NAMED_GROUP.match(self.pattern, self.at)
        options = _FLAGS.match(self.pattern, self.at)
        if named:
            self.at = named.end()
        elif options:
            on, off, end = options.groups()
            self.flags = (self.flags | frozenset(on)) - frozenset(off or "")
            self.at = options.end()
            if end == ")":
                if not on and not off:
                    raise self.refusal("a group of no flags")
                # The flags hold until the group around this one ends, which puts back its own.
                self.depth -= 1
                return _Node("(?:)", NOTHING, is_repeatable=False)
        elif self._takes("?"):
            raise self.refusal("looking ahead or behind, and groups other than (…), (?:…), (?P<name>…) and flags")
        inner = self.parse_alternatives()
        if not self._takes(")"):
            raise self.refusal("a missing closing parenthesis")
        self.flags = flags_before
        self.depth -= 1
        return _Node(f"(?:{inner.sql})", inner.extent)

    def _parse_escape(self) -> _Node:
        letter = self.pattern[self.at : self.at + 1]
        self.at += 1
        if letter in _POSITIONS and letter:
            return _Node(_POSITIONS[letter], POSITION, is_repeatable=False)
        if letter in PERL_CLASSES and letter:
            return self._characters(PERL_CLASSES[letter])
        if letter == "Q":
            return self._parse_quoted()
        if letter == "x":
            try:
                code, self.at = parse_hexadecimal(self.pattern, self.at)
            except ClassError as error:
                raise self.refusal(str(error)) from error
            return self._literal(chr(code))
        if letter in CHARACTER_ESCAPES:
            return self._literal(CHARACTER_ESCAPES[letter])
        if letter and letter.isascii() and not letter.isalnum():
            return self._literal(letter)
        if letter.isdigit():
            raise self.refusal("a reference back to a group, or an octal number")
        raise self.refusal(f"the escape \\{letter}" if letter else "a backslash at the end")

    def _parse_quoted(self) -> _Node:
        r"""Everything up to `\E` stands for itself."""
        end = self.pattern.find("\\E", self.at)
        text = self.pattern[self.at :] if end < 0 else self.pattern[self.at : end]
        self.at = len(self.pattern) if end < 0 else end + 2
        # RE2 repeats the last character only; that is rarely meant, so it has to be written outside.
        sql = "".join(self._literal(character).sql for character in text)
        return _Node(sql, in_a_row(len(text)), is_repeatable=False)

    def _literal(self, character: str) -> _Node:
        if "i" in self.flags and character.isascii() and character.isalpha():
            return _Node(f"[{character.lower()}{character.upper()}]", CHARACTER)
        return _Node(spell_character(ord(character)), CHARACTER)

    def _characters(self, found: CharacterSet) -> _Node:
        if "i" in self.flags:
            found = found.folded()
        sql = found.sql()
        if not sql:
            raise self.refusal("a class of no characters")
        return _Node(sql, CHARACTER)

    def _takes(self, character: str) -> bool:
        if self.pattern.startswith(character, self.at):
            self.at += 1
            return True
        return False
