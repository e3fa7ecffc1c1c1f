"""The fields that a document selects beside the one that is being resolved, and below it: for fields that serve others.

What is selected is known before anything runs, so that nothing depends on which of the fields is resolved first.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from graphql import GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema, get_named_type
from graphql.execution.collect_fields import (
    FieldDetails,
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from runfolio_server.graph.execution.row_fields import columns_of
from runfolio_server.graph.info import RequestInfo


class _Step(NamedTuple):
    """A field by its key in the answer, and the type that has it."""

    key: str
    type_name: str


def arguments_beside(info: RequestInfo, name: str) -> list[Mapping[str, Any]]:
    """The arguments of each field of this GraphQL name that is selected of the same object, by their GraphQL names."""
    raw: GraphQLResolveInfo[Any] = info._raw_info  # noqa: SLF001 - strawberry shows no more than the field itself
    # strawberry keeps no more of them; where they came from matters to tools that print documents.
    variables = VariableValues(sources={}, coerced=info.variable_values)
    definition = raw.parent_type.fields[name]
    return [
        get_argument_values(definition, details[0].node, variables, details[0].fragment_variable_values)
        for details in _selection(raw, variables).values()
        if details[0].node.name.value == name
    ]


def columns_selected(info: RequestInfo, *names: str) -> frozenset[str]:
    """The columns of rows that are read for what is selected of the objects to which the field leads.

    With names: of the objects to which these fields lead, by their GraphQL names, each a field of the one before.
    """
    raw: GraphQLResolveInfo[Any] = info._raw_info  # noqa: SLF001 - as above
    variables = VariableValues(sources={}, coerced=info.variable_values)
    fragments = {name: FragmentDetails(definition) for name, definition in raw.fragments.items()}

    def below(of: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        return collect_subfields(raw.schema, fragments, variables, raw.operation, of, details).grouped_field_set

    of = _object_type(raw.return_type)
    found = [below(of, [FieldDetails(node, None) for node in raw.field_nodes])]
    for name in names:
        of = _object_type(of.fields[name].type)
        found = [
            below(of, details)
            for selected in found
            for details in selected.values()
            if details[0].node.name.value == name
        ]
    fields = {details[0].node.name.value for selected in found for details in selected.values()}
    return frozenset(column for field in fields if field in of.fields for column in _columns(of, field))


def _columns(of: GraphQLObjectType, name: str) -> frozenset[str]:
    field = (of.fields[name].extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return columns_of(field) if isinstance(field, StrawberryField) else frozenset()


def _object_type(of: Any) -> GraphQLObjectType:
    named = get_named_type(of)
    if not isinstance(named, GraphQLObjectType):
        raise LookupError(f"{of} has no fields")
    return named


def field_name(path: Path) -> str:
    """A field by its keys in the answer, those of its outer fields first: `project.runs.edges`."""
    return ".".join(key for key in path.as_list() if isinstance(key, str))


def _selection(raw: GraphQLResolveInfo[Any], variables: VariableValues) -> GroupedFieldSet:
    """What is selected of the object whose field is resolved, by response key; found from the root along the path."""
    schema, operation = raw.schema, raw.operation
    fragments = {name: FragmentDetails(definition) for name, definition in raw.fragments.items()}
    steps = _fields_of(raw.path)
    selected = collect_fields(schema, fragments, variables, _type(schema, steps[0]), operation).grouped_field_set
    for outer, inner in pairwise(steps):
        details = selected[outer.key]
        collected = collect_subfields(schema, fragments, variables, operation, _type(schema, inner), details)
        selected = collected.grouped_field_set
    return selected


def _fields_of(path: Path) -> list[_Step]:
    """The fields from the root to this one; the numbers of items of lists are left out."""
    found = []
    step: Path | None = path
    while step is not None:
        if isinstance(step.key, str) and step.typename is not None:
            found.append(_Step(step.key, step.typename))
        step = step.prev
    return found[::-1]


def _type(schema: GraphQLSchema, step: _Step) -> GraphQLObjectType:
    found = schema.get_type(step.type_name)
    if not isinstance(found, GraphQLObjectType):
        raise LookupError(f"{step.type_name} has no fields")
    return found
