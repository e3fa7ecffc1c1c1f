"""Alerts of runs: raise one. Whoever wants to be told follows the events (webhooks/)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from runfolio_server.actions.access import checked_run, missing_run_id
from runfolio_server.domain.alert import ALERTS_MAX, TEXT_MAX, TITLE_MAX, Severity, as_kept
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError
from runfolio_server.events.writer import write_run_alerted
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.alerts import INSERT_ALERT, LOCK_ALERTING_RUN, SELECT_LIKE_ALERTS, AlertRow

WAIT_S_UNLESS_TOLD = 60.0
WAIT_S_MAX = 365 * 86_400.0
"""Beyond it nobody waits any longer; PostgreSQL's intervals hold it."""


@dataclass(frozen=True, slots=True)
class AlertText:
    """What an alert says; `wait_s` is how long after one of its title no other is raised, in seconds."""

    title: str
    text: str
    severity: Severity = Severity.INFO
    wait_s: float = WAIT_S_UNLESS_TOLD


async def raise_alert(database: Database, viewer: Viewer, run_id: UUID, alert: AlertText) -> AlertRow | None:
    """Keep an alert of the run and tell of it; None: it is a repeat, and nothing was kept.

    A repeat is one whose title was raised within `wait_s`, so that whoever sends it again because an answer was lost
    raises it once; and the very same one of a process that is sent again, however late.
    Raises NotFound when there is no such run to which the viewer may log, AppError for one that has too many.
    """
    title, text = as_kept(alert.title, TITLE_MAX), as_kept(alert.text, TEXT_MAX)
    wait_s = min(max(alert.wait_s, 0.0), WAIT_S_MAX)
    async with database.transaction() as connection:
        await checked_run(connection, viewer, Permission.LOG, run_id)
        run = await connection.row(LOCK_ALERTING_RUN, run_id)
        if run is None:
            raise missing_run_id(Permission.LOG, path="input.runId")
        like = await connection.row(SELECT_LIKE_ALERTS, run_id, title, text, alert.severity.value, wait_s)
        if like is not None and (like.is_repeated or (like.is_there and run.may_be_sent_again)):
            return None
        if like is not None and like.count >= ALERTS_MAX:
            raise AppError(f"The run has raised {like.count} alerts; allowed: {ALERTS_MAX}", path="input")
        row = await connection.row(INSERT_ALERT, run_id, title, text, alert.severity.value, viewer.user_id)
        if row is not None:
            await write_run_alerted(connection, run_id, viewer.user_id, row.number)
        return row
