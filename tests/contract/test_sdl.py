"""The two printed schemas: fresh, described, and canonical is a part of served."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)
from graphql.utilities import BreakingChangeType, find_schema_changes

from runfolio_server.graph.export import print_canonical, print_served
from runfolio_server.graph.wandb.deprecation import LOOKED_UP, PREFIX


def _committed(name: str) -> str:
    return resources.files("runfolio_schema").joinpath(name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def canonical() -> GraphQLSchema:
    return build_schema(_committed("schema.graphql"))


@pytest.fixture(scope="module")
def served() -> GraphQLSchema:
    return build_schema(_committed("served.graphql"))


def test_the_committed_canonical_schema_is_what_the_server_prints() -> None:
    assert print_canonical() == _committed("schema.graphql"), "run `poe codegen`"


def test_the_committed_served_schema_is_what_the_server_prints() -> None:
    assert print_served() == _committed("served.graphql"), "run `poe codegen`"


def test_what_is_canonical_is_served_unchanged(canonical: GraphQLSchema, served: GraphQLSchema) -> None:
    breaking = [
        change.description
        for change in find_schema_changes(canonical, served)
        if isinstance(change.type, BreakingChangeType)
    ]

    assert [] == breaking


def test_a_field_that_served_lacks_would_be_noticed(canonical: GraphQLSchema) -> None:
    smaller = build_schema("type Query { serverInfo: Int }")

    assert any(isinstance(change.type, BreakingChangeType) for change in find_schema_changes(canonical, smaller))


def test_every_part_of_both_schemas_is_described(canonical: GraphQLSchema, served: GraphQLSchema) -> None:
    for schema in (canonical, served):
        assert [] == [path for path, description in _described(schema) if not (description or "").strip()]


def test_every_description_is_a_sentence(canonical: GraphQLSchema) -> None:
    assert [] == [path for path, description in _described(canonical) if (description or "")[-1:] not in ".)"]


def test_no_wire_name_is_canonical(canonical: GraphQLSchema) -> None:
    text = _committed("schema.graphql")

    assert "@deprecated" not in text
    for spelling in ("bucket", "wandb", "w&b", "modelname", "models("):
        assert spelling not in text.lower()


def test_every_deprecation_is_a_wire_name_that_tells_what_to_use(
    canonical: GraphQLSchema, served: GraphQLSchema
) -> None:
    fields = dict(_fields(canonical))
    for path, field in _fields(served):
        if field.deprecation_reason is None:
            is_looked_up = tuple(path.split(".")) in LOOKED_UP
            assert (path in fields) is not is_looked_up, f"{path} is new; run `poe codegen`"
            continue
        assert field.deprecation_reason.startswith(PREFIX), path
        assert path not in fields


def _types(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    for kind in schema.type_map.values():
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind):
            yield kind


def _fields(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLField]]:
    for kind in _types(schema):
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                # A type that only wire names reach has no deprecated fields of its own.
                if not _is_wire_type(kind):
                    yield f"{kind.name}.{name}", field


def _is_wire_type(kind: GraphQLNamedType) -> bool:
    return f"type {kind.name} " not in _committed("schema.graphql").replace("{", " {")


def _described(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for kind in _types(schema):
        yield kind.name, kind.description
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field.description
                for argument_name, argument in field.args.items():
                    yield f"{kind.name}.{name}({argument_name})", argument.description
        elif isinstance(kind, GraphQLInputObjectType):
            for name, input_field in kind.fields.items():
                yield f"{kind.name}.{name}", input_field.description
        elif isinstance(kind, GraphQLEnumType):
            for name, value in kind.values.items():
                yield f"{kind.name}.{name}", value.description
