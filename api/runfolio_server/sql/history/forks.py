"""Which run is a fork of which. Called by actions/runs/ and graph/; see forks.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class ForkRow(msgspec.Struct, frozen=True):
    """What a fork was made of; see the table run_fork."""

    run_id: UUID
    parent_id: UUID
    parent_name: str
    step: float
    rows: int


class ForkOfRunRow(msgspec.Struct, frozen=True):
    """A fork of a run."""

    run_id: UUID
    name: str
    step: float
    rows: int
    created_at: datetime


_FILE = QueryFile("history/forks.sql")

INSERT_FORK: Final = _FILE.command("insert_fork")
SELECT_FORK_POINTS: Final = _FILE.query("select_fork_points", ForkRow)
SELECT_FORKS_PAGE: Final = _FILE.query("select_forks_page", ForkOfRunRow)
COUNT_FORKS: Final = _FILE.query("count_forks", CountRow)
