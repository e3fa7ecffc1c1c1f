"""Which rows of a run count: the one definition, as SQL that every statement that reads rows has in it.

A statement in a .sql file says `{{counted s}}` in its FROM for the streams whose rows count. It chooses some by
`run_id` and `s.stream = $2`; their `writer` and `epoch` name their lines. Of what lies in them

- `{{some of c in s}}` is whether a batch or chunk `c` may have rows that count,
- `{{all of c in s}}` whether all rows of a chunk do, and `{{all of batch t in s}}` all of a batch,
- `{{bounds of s}}` are the columns counts_to and past_line: rows with a greater step do not count, nor do those of
  lines from there on. Readers leave these out of what they fetch (`counted` of history/storage/stored_rows.py),
- `{{others of s}}` are the runs that have further rows which count: null, none.

The same text has two readings. A run's own rows are those of run_stream, all of them unless the run was rewound. What
a view has of a run is in shared_stream; the view is the last parameter. They are two statements and not one, because
where runs are distributed the rows of two runs may lie on two machines, and so that runs without views pay nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

PAST_EVERY_LINE: Final = 2**62
"""Greater than the number of any line: MAX_LINE_NUMBER of ingest/lines.py."""

PLACEHOLDER: Final = re.compile(
    r"\{\{(?:counted (?P<streams>\w+)|(?P<what>bounds|others) of (?P<whose>\w+)"
    r"|(?P<part>some|all) of (?P<batch>batch )?(?P<piece>\w+) in (?P<of>\w+))\}\}"
)
# Where the condition on the view is added.
_CONDITION: Final = re.compile(r"(?P<alias>\w+)\.stream = \$2")


@dataclass(frozen=True, slots=True)
class _Reading:
    """Where the streams are, and whether they end at a line."""

    table: str
    others: str
    past_line: str
    ends_at_a_line: bool


_OWN: Final = _Reading("run_stream", "{0}.inherits", f"{PAST_EVERY_LINE} AS past_line", ends_at_a_line=False)
_OF_VIEW: Final = _Reading("shared_stream", "NULL::uuid[]", "{0}.past_line", ends_at_a_line=True)


def has_streams(sql: str) -> bool:
    """Whether the statement asks which rows count."""
    return PLACEHOLDER.search(sql) is not None


def expand(sql: str) -> str:
    """The statement for a run's own rows."""
    return _expand(sql, _OWN)


def expand_for_view(sql: str) -> str:
    """The statement for the rows that a view has of a run; the view is a further parameter, behind all others."""
    number = 1 + max(map(int, re.findall(r"\$(\d+)", sql)))
    streams = {found["streams"] for found in PLACEHOLDER.finditer(sql)}

    def of_view(found: re.Match[str]) -> str:
        return f"{found[0]} AND {found['alias']}.view_id = ${number}" if found["alias"] in streams else found[0]

    return _expand(_CONDITION.sub(of_view, sql), _OF_VIEW)


def _expand(sql: str, reading: _Reading) -> str:
    def written(found: re.Match[str]) -> str:
        if found["streams"]:
            return f"{reading.table} AS {found['streams']}"
        if found["what"] == "others":
            return reading.others.format(found["whose"])
        if found["what"] == "bounds":
            return f"{found['whose']}.counts_to, {reading.past_line.format(found['whose'])}"
        piece, of = found["piece"], found["of"]
        if found["part"] == "some":
            steps, lines = f"{piece}.step_low <= {of}.counts_to", f"{piece}.line0 < {of}.past_line"
        else:
            last_line = f"{piece}.line0 + {piece}.n - 1" if found["batch"] else f"{piece}.line1"
            steps, lines = f"{piece}.step_high <= {of}.counts_to", f"{last_line} < {of}.past_line"
        return f"{steps} AND {lines}" if reading.ends_at_a_line else steps

    return PLACEHOLDER.sub(written, sql)
