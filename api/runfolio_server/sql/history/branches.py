"""Branches that runs have left by being rewound, and what runs share. Called by actions/runs/; see branches.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.runs.runs import RunIdRow


class HistoryStreamRow(msgspec.Struct, frozen=True):
    """A stream of a run's history; `step_high` is the greatest step of the rows that count, None: it has none."""

    writer: str
    epoch: int
    step_high: float | None
    inherits: list[UUID] | None


class RunBranchRow(msgspec.Struct, frozen=True):
    """What a run was before it was rewound; see the table."""

    run_id: UUID
    number: int
    branch_id: UUID
    step: float
    last_step: float | None
    rows: int
    holders: list[UUID]
    summary_is_due: bool
    left_at: datetime


_FILE = QueryFile("history/branches.sql")

SELECT_HISTORY_STREAMS: Final = _FILE.query("select_history_streams", HistoryStreamRow)
SELECT_NEWEST_BRANCH: Final = _FILE.query("select_newest_branch", RunBranchRow)
SELECT_BRANCH: Final = _FILE.query("select_branch", RunBranchRow)
SELECT_BRANCHES_PAGE: Final = _FILE.query("select_branches_page", RunBranchRow)
COUNT_BRANCHES: Final = _FILE.query("count_branches", CountRow)
INSERT_BRANCH: Final = _FILE.command("insert_branch")
SHARE_OWN_STREAMS: Final = _FILE.command("share_own_streams")
KEEP_OWN_STREAMS: Final = _FILE.command("keep_own_streams")
SHARE_VIEW: Final = _FILE.command("share_view")
CUT_VIEW: Final = _FILE.command("cut_view")
CUT_STREAMS: Final = _FILE.command("cut_streams")
OPEN_STREAMS: Final = _FILE.command("open_streams")
BEGIN_AGAIN: Final = _FILE.query("begin_again", RunIdRow)
END_SUMMARY_DUE: Final = _FILE.command("end_summary_due")
