"""Alerts that runs have raised. Called by actions/runs/alerts.py, graph/ and webhooks/; see alerts.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile


class AlertRow(msgspec.Struct, frozen=True):
    """An alert of a run; numbers rise from 1 in each run."""

    run_id: UUID
    number: int
    title: str
    text: str
    severity: str
    user_id: int
    at: datetime


class ProjectAlertRow(AlertRow, frozen=True):
    """Likewise, with the name of its run."""

    run_name: str


class AlertingRunRow(msgspec.Struct, frozen=True):
    """Whether what the run sends may have been sent before."""

    may_be_sent_again: bool


class LikeAlertsRow(msgspec.Struct, frozen=True):
    """Whether one of this title came a moment ago, whether the very same is there, and how many there are in all."""

    is_repeated: bool
    is_there: bool
    count: int


class AlertCountRow(msgspec.Struct, frozen=True):
    """How many alerts."""

    count: int


_FILE = QueryFile("runs/alerts.sql")

LOCK_ALERTING_RUN: Final = _FILE.query("lock_alerting_run", AlertingRunRow)
SELECT_LIKE_ALERTS: Final = _FILE.query("select_like_alerts", LikeAlertsRow)
INSERT_ALERT: Final = _FILE.query("insert_alert", AlertRow)
SELECT_ALERTS_PAGE: Final = _FILE.query("select_alerts_page", AlertRow)
SELECT_ALERT: Final = _FILE.query("select_alert", AlertRow)
SELECT_PROJECT_ALERTS_PAGE: Final = _FILE.query("select_project_alerts_page", ProjectAlertRow)
COUNT_PROJECT_ALERTS: Final = _FILE.query("count_project_alerts", AlertCountRow)
COUNT_ALERTS: Final = _FILE.query("count_alerts", AlertCountRow)
