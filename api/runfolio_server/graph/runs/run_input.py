"""What the inputs about runs have in common: the labels that all of them take, and the change that one asks for."""

from __future__ import annotations

from typing import Any

import strawberry

from runfolio_server.domain.run_attribute import RunInput
from runfolio_server.domain.run_attributes import CHANGEABLE, attribute_of


def given_attribute(field: str, description: str) -> Any:
    """An input field that gives the attribute of this name; its description tells how long the value may be.

    `description` is a sentence without its full stop.
    """
    attribute = attribute_of(field)
    most = f"at most {attribute.characters_max:,} characters"
    if attribute.items_max is not None:
        most = f"at most {attribute.items_max} of at most {attribute.characters_max} characters each"
    return strawberry.field(default=strawberry.UNSET, description=f"{description}; {most}.")


NEW_NAME_TOLD = "What people read. A blank one is made anew, null leaves it"


@strawberry.input
class RunLabelsInput:
    """Labels that createRun, updateRun and updateRuns take alike."""

    group: str | None = given_attribute("group", "Free text that gathers runs; blank: none")
    job_type: str | None = given_attribute("job_type", "The role inside a group; blank: none")
    notes: str | None = given_attribute("notes", "The user's long text")


def asked_change(kind: RunInput, input: RunLabelsInput) -> dict[str, object]:
    """Column → value for each attribute that the input of this kind takes and that was given; null is given too."""
    values = {attribute.column: getattr(input, attribute.field) for attribute in CHANGEABLE if kind in attribute.inputs}
    return {column: value for column, value in values.items() if value is not strawberry.UNSET}
