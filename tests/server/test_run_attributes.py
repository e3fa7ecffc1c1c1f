"""Every attribute that may be changed is written by a start and by a change, and no other with it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from runfolio_server.actions.runs.lifecycle import RunAddress, start_run, update_run
from runfolio_server.domain.run_attribute import RunAttribute, ValueKind
from runfolio_server.domain.run_attributes import CHANGEABLE, RUN_ATTRIBUTES
from runfolio_server.sql.runs.runs import RunRow
from tests.service import Service

# What a start or a change writes besides.
TIMES = {"updated_at", "heartbeat_at"}


def some_value(attribute: RunAttribute) -> object:
    """A value that is not the one of a new run."""
    if attribute.column == "state":
        return "preempted"
    return {ValueKind.TEXTS: ["x"], ValueKind.DOCUMENT: '{"x":{"value":1}}'}.get(attribute.kind, "x")


def attributes_of(row: RunRow) -> Mapping[str, object]:
    """The stored attributes of a row, without the times of the change itself."""
    values = msgspec.structs.asdict(row)
    return {
        attribute.column: values[attribute.row_field]
        for attribute in RUN_ATTRIBUTES
        if attribute.is_stored and attribute.column not in TIMES
    }


@pytest.mark.parametrize("attribute", CHANGEABLE, ids=lambda attribute: attribute.column)
async def test_a_start_and_a_change_write_the_attribute_they_are_given(
    service: Service, attribute: RunAttribute
) -> None:
    database = service.database
    viewer = await service.viewer("ada")
    change = {attribute.column: some_value(attribute)}

    new = await start_run(database, viewer, RunAddress(project_name="p", name="new"), change)
    plain = await start_run(database, viewer, RunAddress(project_name="p", name="old"), {})
    again = await start_run(database, viewer, RunAddress(project_name="p", name="old"), change)
    other = await start_run(database, viewer, RunAddress(project_name="p", name="other"), {})
    changed = await update_run(database, viewer, other.row.run_id, change)

    assert change[attribute.column] == attributes_of(new.row)[attribute.column], (
        f"write {attribute.column} where the function start_run makes a run"
    )
    assert {**attributes_of(plain.row), **change} == attributes_of(again.row), (
        f"write {attribute.column}, and nothing else, where the function start_run takes a run up again"
    )
    assert {**attributes_of(other.row), **change} == attributes_of(changed)
