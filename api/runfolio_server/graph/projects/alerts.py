"""The alerts of all runs of a project."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.domain.time_text import instant_text
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs, page
from runfolio_server.graph.limits.runs_cost import COUNTING_RUNS, over_runs
from runfolio_server.graph.relay.connections import After, Connection, First, build_connection, page_size
from runfolio_server.graph.runs.alerts import RunAlert
from runfolio_server.sql.projects.projects import ProjectRow
from runfolio_server.sql.runs.alerts import COUNT_PROJECT_ALERTS, SELECT_PROJECT_ALERTS_PAGE, ProjectAlertRow


@strawberry.type(description="An alert, and which run has raised it.")
class ProjectAlert:
    """One alert of a project."""

    run_name: str = strawberry.field(description="The run's slug in URLs.")
    alert: RunAlert = strawberry.field(description="What it wanted somebody to know.")

    @classmethod
    def of(cls, row: ProjectAlertRow) -> ProjectAlert:
        """The alert of a row."""
        return cls(run_name=row.run_name, alert=RunAlert.of(row))


@strawberry.type
class ProjectAlerts:
    """The field of Project that lists the alerts of its runs."""

    row: strawberry.Private[ProjectRow]

    # Their count goes over the runs as well.
    @strawberry.field(
        description="The alerts of all its runs, the newest first.", metadata=costs(over_runs(page, 2 * COUNTING_RUNS))
    )
    async def alerts(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[ProjectAlert]:
        """A page of them."""
        size, project_id = page_size(first), self.row.project_id
        at, run_id, number = decode_cursor("projectAlerts", after, [str, str, int]) if after else (None, None, None)
        before = (at and datetime.fromisoformat(at), run_id and UUID(run_id), number)
        async with info.context.database.connection() as connection:
            rows = await connection.rows(SELECT_PROJECT_ALERTS_PAGE, project_id, *before, size + 1)

        async def count() -> int:
            async with info.context.database.connection() as connection:
                row = await connection.row(COUNT_PROJECT_ALERTS, project_id)
            return 0 if row is None else row.count

        def place(row: ProjectAlertRow) -> str:
            return encode_cursor("projectAlerts", [instant_text(row.at), str(row.run_id), row.number])

        return build_connection(rows, size, ProjectAlert.of, place, count)
