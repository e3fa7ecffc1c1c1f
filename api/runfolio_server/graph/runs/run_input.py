"""What the inputs about runs have in common: the labels that all of them take, and the change that one asks for."""

from __future__ import annotations

import strawberry

from runfolio_server.domain.run_attribute import RunInput
from runfolio_server.domain.run_attributes import CHANGEABLE


@strawberry.input
class RunLabelsInput:
    """Labels that createRun, updateRun and updateRuns take alike."""

    group: str | None = strawberry.field(default=strawberry.UNSET, description="Free text that gathers runs.")
    job_type: str | None = strawberry.field(default=strawberry.UNSET, description="The role inside a group.")
    notes: str | None = strawberry.field(default=strawberry.UNSET, description="The user's long text.")


def asked_change(kind: RunInput, input: RunLabelsInput) -> dict[str, object]:
    """Column → value for each attribute that the input of this kind takes and that was given; null is given too."""
    values = {attribute.column: getattr(input, attribute.field) for attribute in CHANGEABLE if kind in attribute.inputs}
    return {column: value for column, value in values.items() if value is not strawberry.UNSET}
