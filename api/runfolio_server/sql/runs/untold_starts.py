"""What a run had before a start whose process has not told yet when it began: kept by start_run; see untold_starts.sql.

Called by actions/runs/untold_start.py.
"""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.sql.named import QueryFile


class UntoldStartRow(msgspec.Struct, frozen=True):
    """JSON objects by column: what the run had, and what the start gave. `sent_text`: see the table."""

    before: str
    given: str
    sent_text: str | None
    console_epochs: int


_FILE = QueryFile("runs/untold_starts.sql")

TAKE_UNTOLD_START: Final = _FILE.query("take_untold_start", UntoldStartRow)
FORGET_REPEATED_CONSOLE: Final = _FILE.command("forget_repeated_console")
COUNT_REPEATED_CONSOLE: Final = _FILE.command("count_repeated_console")
