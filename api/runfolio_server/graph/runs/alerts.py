"""Alerts that runs raise."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from runfolio_server.actions.runs.alerts import WAIT_S_UNLESS_TOLD, AlertText, raise_alert
from runfolio_server.domain.alert import ALERTS_MAX, TEXT_MAX, TITLE_MAX, Severity
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.graph.execution.row_fields import column
from runfolio_server.graph.identity.user import User, find_user
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import After, Connection, First, build_connection, page_size
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.graph.relay.scalars import Instant
from runfolio_server.sql.runs.alerts import COUNT_ALERTS, SELECT_ALERTS_PAGE, AlertRow
from runfolio_server.sql.runs.runs import RunRow


@strawberry.enum(description="How bad it is.")
class AlertSeverity(Enum):
    """The severities, in words."""

    INFO = strawberry.enum_value(Severity.INFO.value, description="Good to know.")
    WARN = strawberry.enum_value(Severity.WARN.value, description="Somebody should look at it.")
    ERROR = strawberry.enum_value(Severity.ERROR.value, description="Something is wrong.")


@strawberry.type(description="What a run wanted somebody to know at once.")
class RunAlert:
    """One alert."""

    row: strawberry.Private[AlertRow]
    number: int = column("number", "From 1 in each run, in the order in which they were raised.")
    title: str = column("title", "What it is about.")
    text: str = column("text", "What it says.")
    severity: AlertSeverity = strawberry.field(description="How bad it is.")
    at: Instant = strawberry.field(description="When it was raised, by the server's clock.")

    @strawberry.field(description="Whose key the process had; null: an account that is gone.")
    async def user(self, info: RequestInfo) -> User | None:
        """Who it was."""
        return await find_user(info, self.row.user_id)

    @classmethod
    def of(cls, row: AlertRow) -> RunAlert:
        """The alert of a row."""
        return cls(row=row, severity=AlertSeverity(row.severity), at=Instant(row.at))


@strawberry.type
class RunAlerts:
    """The field of Run that lists its alerts."""

    row: strawberry.Private[RunRow]

    @strawberry.field(description="The alerts that it has raised, the oldest first.")
    async def alerts(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[RunAlert]:
        """A page of them."""
        size = page_size(first)
        after_number: int = decode_cursor("alerts", after, [int])[0] if after else 0
        run_id = self.row.run_id
        async with info.context.database.connection() as connection:
            rows = await connection.rows(SELECT_ALERTS_PAGE, run_id, after_number, size + 1)

        async def count() -> int:
            async with info.context.database.connection() as connection:
                row = await connection.row(COUNT_ALERTS, run_id)
            return 0 if row is None else row.count

        return build_connection(rows, size, RunAlert.of, lambda row: encode_cursor("alerts", [row.number]), count)


@strawberry.input(description="Something that somebody should know at once.")
class RaiseAlertInput:
    """Input of raiseAlert."""

    run_id: strawberry.ID = strawberry.field(description="The run's node id.")
    title: str = strawberry.field(
        description=f"What it is about; beyond {TITLE_MAX} characters it is cut off. One title is one alert, as often "
        "as it is raised within `waitS`."
    )
    text: str = strawberry.field(default="", description=f"What it says; beyond {TEXT_MAX:,} characters it is cut off.")
    severity: AlertSeverity = strawberry.field(default=AlertSeverity.INFO, description="How bad it is.")
    wait_s: float = strawberry.field(
        default=WAIT_S_UNLESS_TOLD, description="For how long after it no other of its title is kept, in seconds."
    )


@strawberry.type(description="What raiseAlert answers.")
class RaiseAlertPayload:
    """Payload of raiseAlert."""

    alert: RunAlert | None = strawberry.field(description="The alert; null: it is a repeat, and nothing was kept.")


@strawberry.type
class AlertMutations:
    """Raising alerts."""

    @strawberry.mutation(
        description=f"Raise an alert of a run, which keeps at most {ALERTS_MAX}. One that is sent twice within `waitS` "
        "is kept once."
    )
    async def raise_alert(
        self, info: RequestInfo, input: Annotated[RaiseAlertInput, strawberry.argument(description="The alert.")]
    ) -> RaiseAlertPayload:
        """Raise an alert."""
        alert = AlertText(input.title, input.text, Severity[input.severity.name], input.wait_s)
        run_id = decode_uuid("Run", input.run_id)
        row = await raise_alert(info.context.database, info.context.viewer, run_id, alert)
        return RaiseAlertPayload(alert=None if row is None else RunAlert.of(row))
