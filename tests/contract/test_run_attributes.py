"""What is written out of runs says the same as the table of attributes; the messages say what to add where."""

from __future__ import annotations

import re
import typing
from datetime import datetime
from types import NoneType
from uuid import UUID

import pytest
from strawberry.types import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from runfolio import _generated
from runfolio._core.column_kinds import KIND_BY_ATTRIBUTE, Kind
from runfolio._core.run_data import RunData
from runfolio._core.run_edits import TEXTS
from runfolio_server.actions.exports.columns import ATTRIBUTES
from runfolio_server.actions.runs.change import DOCUMENT_MAX_BYTES, check_change
from runfolio_server.domain.run_attribute import RunAttribute, RunInput, ValueKind
from runfolio_server.domain.run_attributes import CHANGEABLE, RUN_ATTRIBUTES
from runfolio_server.errors import AppError
from runfolio_server.graph.runs.run import Run
from runfolio_server.graph.schema import schema
from runfolio_server.sql.run_lists.export import EXPORTED_COLUMNS, ExportRow
from runfolio_server.sql.runs.runs import RunRow

TABLE = "domain/run_attributes.py"
STORED = [attribute for attribute in RUN_ATTRIBUTES if attribute.is_stored]
# What finds a run; no attributes, for they are told of other objects.
KEYS: dict[str, object] = {"run_id": UUID, "project_id": int, "created_by": int}

PYTHON: dict[ValueKind, object] = {
    ValueKind.TEXT: str,
    ValueKind.TEXTS: list[str],
    ValueKind.TIME: datetime,
    ValueKind.NUMBER: int,
    ValueKind.BOOLEAN: bool,
    ValueKind.DOCUMENT: str,
}
GRAPHQL = {
    ValueKind.TEXT: "String",
    ValueKind.TEXTS: "[String!]",
    ValueKind.TIME: "DateTime",
    ValueKind.NUMBER: "Int",
    ValueKind.BOOLEAN: "Boolean",
    ValueKind.DOCUMENT: "JSONString",
}
# What the client makes a column of; documents come as a column for each key.
CLIENT = {
    ValueKind.TEXT: Kind.TEXT,
    ValueKind.TEXTS: Kind.TEXTS,
    ValueKind.TIME: Kind.TIME,
    ValueKind.NUMBER: Kind.INTEGER,
    ValueKind.BOOLEAN: Kind.BOOLEAN,
}


def fields_of(row: type) -> dict[str, tuple[object, bool]]:
    """Type without None and whether None is allowed, by field."""
    found: dict[str, tuple[object, bool]] = {}
    for name, hint in typing.get_type_hints(row).items():
        members = typing.get_args(hint) if NoneType in typing.get_args(hint) else (hint,)
        found[name] = (next(member for member in members if member is not NoneType), NoneType in members)
    return found


def fields_in_schema(type_name: str) -> dict[str, str]:
    """The types of a type's or an input's fields, by name, as the canonical SDL has them."""
    body = re.search(rf"^(?:type|input) {type_name}\b[^{{]*{{\n(.*?)^}}", schema.as_str(), re.DOTALL | re.MULTILINE)
    assert body is not None, type_name
    return dict(re.findall(r"^  (\w+): (\S+)", body[1], re.MULTILINE))


def test_each_attribute_is_in_the_table_once() -> None:
    names = (
        [attribute.column for attribute in RUN_ATTRIBUTES],
        [attribute.field for attribute in RUN_ATTRIBUTES],
        [name for attribute in RUN_ATTRIBUTES for name in attribute.filter_names],
        [name for attribute in RUN_ATTRIBUTES for name in attribute.export_names],
    )

    assert [len(set(found)) for found in names] == [len(found) for found in names]


def test_what_a_mutation_takes_may_be_changed_and_what_may_be_changed_is_bounded() -> None:
    for attribute in RUN_ATTRIBUTES:
        assert attribute.is_stored or not attribute.is_changeable, f"{attribute.column} is no column to write to"
        assert attribute.is_changeable or not attribute.inputs, f"{attribute.column}: say is_changeable"
    for attribute in CHANGEABLE:
        if attribute.column == "state" or attribute.kind is ValueKind.DOCUMENT:
            continue
        assert attribute.characters_max, f"give {attribute.column} characters_max in {TABLE}"
        assert (attribute.items_max is not None) == (attribute.kind is ValueKind.TEXTS), attribute.column


@pytest.mark.parametrize("attribute", CHANGEABLE, ids=lambda attribute: attribute.column)
def test_a_change_is_refused_beyond_the_bounds_of_the_table(attribute: RunAttribute) -> None:
    size = DOCUMENT_MAX_BYTES if attribute.kind is ValueKind.DOCUMENT else attribute.characters_max or 0
    text = "x" * (size + 1)
    values: list[object] = [text]
    if attribute.items_max is not None:
        values = [[text], [str(number) for number in range(attribute.items_max + 1)]]

    for value in values:
        with pytest.raises(AppError):
            check_change({attribute.column: value})


def test_a_row_of_a_run_has_the_stored_attributes() -> None:
    wanted = {attribute.row_field: (PYTHON[attribute.kind], attribute.is_nullable) for attribute in STORED}

    assert fields_of(RunRow) == {**{key: (kind, False) for key, kind in KEYS.items()}, **wanted}, (
        f"RunRow in sql/runs/runs.py has other fields than {TABLE}"
    )


def test_a_row_of_an_export_has_the_exported_attributes() -> None:
    wanted = {attribute.column: attribute for attribute in STORED if attribute.export_names}
    found = fields_of(ExportRow)

    assert [name for name in ExportRow.__struct_fields__ if name in wanted] == list(EXPORTED_COLUMNS), (
        f"ExportRow in sql/run_lists/export.py has other attributes, or in another order, than {TABLE}"
    )
    for name, attribute in wanted.items():
        assert found[name] == (PYTHON[attribute.kind], attribute.is_nullable), f"{name} of ExportRow"


def test_a_run_in_graphql_has_the_stored_attributes() -> None:
    found = fields_in_schema("Run")

    for attribute in STORED:
        wanted = GRAPHQL[attribute.kind] + ("" if attribute.is_nullable else "!")
        assert found.get(to_camel_case(attribute.field)) == wanted, (
            f"add to Run in graph/runs/run.py: {attribute.field} = attribute({attribute.field!r}), of the type {wanted}"
        )
    told = {
        field.python_name for field in get_object_definition(Run, strict=True).fields if field.metadata.get("column")
    }
    assert told == {attribute.field for attribute in STORED}


@pytest.mark.parametrize("kind", RunInput, ids=lambda kind: kind.value)
def test_a_mutation_takes_the_attributes_that_name_its_input(kind: RunInput) -> None:
    found = fields_in_schema(kind.value)

    for attribute in RUN_ATTRIBUTES:
        field = to_camel_case(attribute.field)
        if kind in attribute.inputs:
            assert found.get(field) == GRAPHQL[attribute.kind], (
                f"add {attribute.field} to {kind.value}, or to RunLabelsInput in graph/runs/run_input.py when "
                "every input takes it"
            )
        elif (kind, attribute.column) != (RunInput.UPDATE_MANY, "config"):
            # Entries to set, there: no whole value. A name is the run's address, and it cannot be changed.
            assert field not in found or not attribute.is_changeable, f"name {kind.name} in the inputs of {TABLE}"


def test_the_client_asks_for_every_stored_attribute_and_shows_it() -> None:
    asked = _generated.RunFields.model_fields

    for attribute in STORED:
        assert attribute.field in asked, (
            f"add {to_camel_case(attribute.field)} to RunFields in schema/operations/fragments.graphql, and generate"
        )
    # The client's words for these; see _core/run_data.py.
    shown = {"name": "id", "display_name": "name", "summary_metrics": "summary"}
    for attribute in STORED:
        name = shown.get(attribute.field, attribute.field)
        assert isinstance(getattr(RunData, name, None), property), f"add {name} to RunData in _core/run_data.py"


def test_the_client_sends_every_text_that_can_be_edited() -> None:
    editable = [
        attribute.field
        for attribute in CHANGEABLE
        if RunInput.UPDATE in attribute.inputs and attribute.kind is ValueKind.TEXT
    ]

    assert {field: to_camel_case(field) for field in editable} == TEXTS
    shown = {"display_name": "name"}
    for field in editable:
        found = getattr(RunData, shown.get(field, field))
        assert found.fset is not None, f"give {field} a setter in _core/run_data.py"


def test_the_client_knows_what_each_exported_column_is() -> None:
    wanted = {
        attribute.export_names[0]: CLIENT[attribute.kind]
        for attribute in RUN_ATTRIBUTES
        if attribute.export_names and attribute.export_names[0] in ATTRIBUTES
    }

    assert wanted == {name: KIND_BY_ATTRIBUTE.get(name) for name in wanted}
