"""The tables whose rows a run takes along when it is copied, and the statements that copy them page by page.

Made once of fixed text; every value is bound. A page is found by the keys behind the last one that was copied, so that
each step is bounded and a repeat copies nothing twice. Called by actions/runs/copying.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.runs.runs import RunRow

# What a column of the copy has instead of the source's value: $1 is the source, $2 the target.
_OWN_RUN: Final = "array_replace({0}, $1::uuid, $2::uuid)"
OTHER_VIEW: Final = "md5($2::uuid::text || {0}::text)::uuid"
"""The branches of a copy are its own: each is derived from the source's."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table by run: the rest of its key with the types, its other columns, and those that are another in the copy."""

    name: str
    key: Mapping[str, tuple[str, type]]
    columns: tuple[str, ...]
    changed: Mapping[str, str]
    select_page: Query[Any]
    """$1 source, then the key to begin behind, and the limit: the keys of the next page, in order."""
    copy_page: Query[NoRow]
    """$1 source, $2 target, then the key to begin behind and the last one."""


def _table(
    name: str, key: Mapping[str, tuple[str, type]], columns: str, changed: Mapping[str, str] | None = None
) -> CopiedTable:
    changed, others = changed or {}, tuple(columns.split())
    names = ", ".join(key)
    behind = ", ".join(f"${number}::{kind}" for number, (kind, _) in enumerate(key.values(), 2))
    row = msgspec.defstruct(f"{name}_key", [(column, python) for column, (_, python) in key.items()], frozen=True)
    page = (
        f"-- select_page_of_{name}:\nSELECT {names}\nFROM {name}\n"
        f"WHERE run_id = $1 AND ({names}) > ({behind})\nORDER BY {names}\nLIMIT ${len(key) + 2}"
    )
    low = ", ".join(f"${number}::{kind}" for number, (kind, _) in enumerate(key.values(), 3))
    high = ", ".join(f"${number}::{kind}" for number, (kind, _) in enumerate(key.values(), 3 + len(key)))
    taken = ", ".join(
        f"{changed[column].format(f's.{column}')} AS {column}" if column in changed else f"s.{column}"
        for column in (*key, *others)
    )
    source_names = ", ".join(f"s.{column}" for column in key)
    copy = (
        f"-- copy_page_of_{name}:\nINSERT INTO {name} (run_id, {', '.join((*key, *others))})\n"
        f"SELECT $2::uuid, {taken}\nFROM {name} AS s\n"
        f"WHERE s.run_id = $1 AND ({source_names}) > ({low}) AND ({source_names}) <= ({high})\nON CONFLICT DO NOTHING"
    )
    return CopiedTable(
        name,
        key,
        others,
        changed,
        Query(f"select_page_of_{name}", page, row),
        Query(f"copy_page_of_{name}", copy, NoRow),
    )


_TEXT, _INT, _LINE = ("text", str), ("int", int), ("bigint", int)
_STREAM: Final = {"stream": _TEXT, "writer": _TEXT, "epoch": _INT}

COPIED_TABLES: Final = (
    _table(
        "run_stream",
        _STREAM,
        "next_line missing first_line step_high rejected repeated taken_up begun_by done tail_lines tail_bytes "
        "counts_to kept inherits",
        {"inherits": _OWN_RUN},
    ),
    _table("history_tail", {**_STREAM, "line0": _LINE}, "n step_low step_high body received_at"),
    _table(
        "history_chunk",
        {**_STREAM, "key": ('text COLLATE "C"', str), "line0": _LINE},
        "line1 segment n kind step_low step_high low high first last lines data",
    ),
    _table("run_document", {"document": _TEXT, "writer": _TEXT}, "text written_at"),
    _table("console_line", {"writer": _TEXT, "epoch": _INT, "line": _LINE}, "time level label text change"),
    _table(
        "run_branch",
        {"number": _INT},
        "branch_id step last_step rows holders summary_is_due left_at",
        {"branch_id": OTHER_VIEW, "holders": _OWN_RUN},
    ),
    _table("artifact_use", {"artifact_id": _LINE, "direction": _TEXT}, "used_as at"),
    _table("run_alert", {"number": _LINE}, "title text severity user_id at"),
)
"""In this order. A moved or copied run also takes its files, which have bytes, what it shares with others
(copies.sql), and its log of states."""


RUN_COLUMNS: Final = (
    *(column for column in RunRow.__struct_fields__ if column not in ("run_id", "project_id", "name")),
    *"environment config summary config_writer summary_writer newest_start is_sent_again is_older".split(),
    *"told_starts logged_keys".split(),
)
"""What a copy has of its source's row: all but its key, its project and its name."""

_CHANGES: Final = ", ".join(f"{column} = s.{column}" for column in RUN_COLUMNS)
_SOURCE: Final = ", ".join(f"o.{column}" for column in RUN_COLUMNS)
# The caller holds both. From the commit on readers see the target.
SHOW_COPY: Final = Query(
    "show_copy",
    f"-- show_copy: $1 source, $2 target\nUPDATE runs AS t\nSET {_CHANGES}, deleted_at = NULL\n"  # noqa: S608 - fixed
    f"FROM (SELECT {_SOURCE} FROM runs AS o WHERE o.run_id = $1) AS s\nWHERE t.run_id = $2",
    NoRow,
)


def before_all(table: CopiedTable) -> list[object]:
    """What stands before every key of the table."""
    return ["" if python is str else -1 for _, python in table.key.values()]
