"""Wire names of alerts: NotifyScriptableRunAlertInput → actions.raise_alert."""

from __future__ import annotations

from typing import Annotated, Any, NewType

import strawberry
from graphql import GraphQLError

from runfolio_server.actions.access import checked_run_of_name
from runfolio_server.actions.runs.alerts import WAIT_S_UNLESS_TOLD, AlertText, raise_alert
from runfolio_server.domain.alert import Severity
from runfolio_server.domain.permission import Permission
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.scalars import as_it_is
from runfolio_server.graph.runs.alerts import AlertSeverity
from runfolio_server.graph.wandb.deprecation import instead

Duration = NewType("Duration", int)


def _parse_duration(value: object) -> Duration:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise GraphQLError(f"Duration must be an integer of milliseconds from 0 on, not {value!r:.60}")
    return Duration(value)


WIRE_SCALARS: dict[object, Any] = {
    Duration: strawberry.scalar(
        name="Duration", description="Milliseconds.", serialize=as_it_is, parse_value=_parse_duration
    )
}


@strawberry.input(description="An alert, as the W&B SDK sends it.")
class NotifyScriptableRunAlertInput:
    """Input of notifyScriptableRunAlert."""

    entity_name: str = strawberry.field(description="The run's entity.")
    project_name: str = strawberry.field(description="The run's project.")
    run_name: str = strawberry.field(description="The run.")
    title: str = strawberry.field(description="What it is about.")
    text: str = strawberry.field(description="What it says.")
    severity: AlertSeverity | None = strawberry.field(default=None, description="How bad it is; null: INFO.")
    wait_duration: Duration | None = strawberry.field(
        default=None, description="For how long no other of its title is kept; null: a minute."
    )


@strawberry.type(description="What notifyScriptableRunAlert answers.")
class NotifyScriptableRunAlertPayload:
    """Payload of notifyScriptableRunAlert."""

    success: bool = strawberry.field(description="Always true, also of a repeat.")


@strawberry.type
class AlertWireNames:
    """Wire names of raising alerts."""

    @strawberry.mutation(deprecation_reason=instead("raiseAlert"), description="Raise an alert of a run.")
    async def notify_scriptable_run_alert(
        self,
        info: RequestInfo,
        input: Annotated[NotifyScriptableRunAlertInput, strawberry.argument(description="The alert.")],
    ) -> NotifyScriptableRunAlertPayload | None:
        """Sent by run.alert()."""
        database, viewer = info.context.database, info.context.viewer
        names = (input.entity_name, input.project_name, input.run_name)
        async with database.connection() as connection:
            run = await checked_run_of_name(connection, viewer, Permission.LOG, *names)
        severity = Severity.INFO if input.severity is None else Severity[input.severity.name]
        wait_s = WAIT_S_UNLESS_TOLD if input.wait_duration is None else input.wait_duration / 1000
        await raise_alert(database, viewer, run.run_id, AlertText(input.title, input.text, severity, wait_s))
        return NotifyScriptableRunAlertPayload(success=True)
