"""Rows of console lines. Called by actions/console/; see console.sql."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import Query, QueryFile


class ConsoleRow(msgspec.Struct, frozen=True):
    """One line of captured output; `line` counts within its start of the process, `change` orders what was written."""

    writer: str
    epoch: int
    line: int
    time: str | None
    level: str
    label: str
    text: str
    change: int


class ConsoleStartRow(msgspec.Struct, frozen=True):
    """A start of a process: the number of its line 0, and one past its last line."""

    writer: str
    epoch: int
    number0: int
    next_line: int


_FILE = QueryFile("console/console.sql")

SELECT_CONSOLE_STARTS: Final = _FILE.query("select_console_starts", ConsoleStartRow)
SELECT_CONSOLE_PAGE: Final = _FILE.query("select_console_page", ConsoleRow)
SELECT_CONSOLE_TAIL: Final = _FILE.query("select_console_tail", ConsoleRow)
SELECT_CONSOLE_CHANGES: Final = _FILE.query("select_console_changes", ConsoleRow)
SELECT_NEWEST_CONSOLE_CHANGES: Final = _FILE.query("select_newest_console_changes", ConsoleRow)
COUNT_CONSOLE: Final = _FILE.query("count_console", CountRow)


def searching(query: Query[ConsoleRow]) -> Query[ConsoleRow]:
    """The statement, where a caller's text or pattern decides how long it takes."""
    return replace(query, is_callers=True)
