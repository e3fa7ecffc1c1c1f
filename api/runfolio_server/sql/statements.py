"""The statements of a file of SQL, one by one. Used by migrations.py.

Where runs are spread over machines several statements at once are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# What may hold a semicolon that ends no statement, each to its end or, where that is missing, to the end of the text.
_PART: Final = re.compile(
    r"""
      (?P<line_comment> --[^\n]* )
    | (?P<comment> /\* )
    | (?<![\w$]) [eE]' (?: [^'\\] | \\. | '' )*+ (?: ' | \Z )
    | ' (?: [^'] | '' )*+ (?: ' | \Z )
    | " (?: [^"] | "" )*+ (?: " | \Z )
    | (?<![\w$]) \$ (?P<tag> (?: [^\W\d]\w* )? ) \$ .*? (?: \$(?P=tag)\$ | \Z )
    | (?P<end> ; )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_MARK: Final = re.compile(r"/\*|\*/")


def split_statements(text: str) -> list[str]:
    """The statements without their semicolons, in order, each with the comments before it; comments alone are none.

    By PostgreSQL's rules for strings, names, dollar quotes and comments, which nest. A body that is not quoted
    (`BEGIN ATOMIC … END`) is not known.
    """
    return [statement for statement, has_code in _pieces(text) if has_code]


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """What lies between semicolons, and whether there is more in it than comments."""
    start = at = 0
    has_code = False
    while found := _PART.search(text, at):
        has_code = has_code or bool(text[at : found.start()].strip())
        if found["end"]:
            yield text[start : found.start()].strip(), has_code
            start, has_code = found.end(), False
        at = _end_of_comment(text, found.end()) if found["comment"] else found.end()
        has_code = has_code or not (found["end"] or found["comment"] or found["line_comment"])
    yield text[start:].strip(), has_code or bool(text[at:].strip())


def _end_of_comment(text: str, at: int) -> int:
    """Where the comment ends whose `/*` ends here."""
    depth = 1
    while depth and (found := _COMMENT_MARK.search(text, at)):
        depth += 1 if found[0] == "/*" else -1
        at = found.end()
    return len(text) if depth else at
