"""Documents that are valid for a schema, made by Hypothesis: fields, aliases, fragments, @skip and @include."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_required_argument,
)
from hypothesis import strategies as st

HEAD = "query Generated($yes: Boolean! = true, $no: Boolean! = false, $either: Boolean!)"
# A variable that is never used makes a document invalid.
USES = "used: __typename @skip(if: $no) @include(if: $yes) perhaps: __typename @include(if: $either)"
SWITCHES = ["", "", "", "", " @include(if: $yes)", " @include(if: $either)", " @skip(if: $either)", " @skip(if: $no)"]

# Field → literal arguments, for fields that need some or are duller without.
Arguments = Mapping[str, str]


@st.composite
def documents(draw: st.DrawFn, schema: GraphQLSchema, arguments: Arguments, depth: int = 4) -> str:
    """A query document with the variable `$either: Boolean!`."""
    assert schema.query_type is not None
    selections = draw(_selections(schema, schema.query_type, arguments, depth))
    return f"{HEAD} {{ {USES} ... on {schema.query_type.name} {selections} }}"


@st.composite
def _selections(draw: st.DrawFn, schema: GraphQLSchema, of: Any, arguments: Arguments, depth: int) -> str:
    parts = [f"__typename{draw(st.sampled_from(SWITCHES))}"] if draw(st.booleans()) else []
    fields = [
        (name, field)
        for name, field in sorted(getattr(of, "fields", {}).items())
        if depth > 0 or is_leaf_type(get_named_type(field.type))
        if f"{of.name}.{name}" in arguments or not any(map(is_required_argument, field.args.values()))
    ]
    if fields:
        for name, field in draw(st.lists(st.sampled_from(fields), min_size=1, max_size=4)):
            parts.append(draw(_field(schema, of, name, field, arguments, depth)))
    if depth > 0 and draw(st.integers(0, 3)) == 0:
        on = draw(st.sampled_from([*(schema.get_possible_types(of) if is_abstract_type(of) else []), of]))
        inner = draw(_selections(schema, on, arguments, depth - 1))
        parts.append(f"... on {on.name}{draw(st.sampled_from(SWITCHES))} {inner}")
    return "{ " + " ".join([*parts, "always: __typename"]) + " }"


@st.composite
def _field(
    draw: st.DrawFn, schema: GraphQLSchema, of: Any, name: str, field: GraphQLField, arguments: Arguments, depth: int
) -> str:
    given = arguments.get(f"{of.name}.{name}", "")
    named = get_named_type(field.type)
    # Fields of one response name must be the same field with the same arguments: the alias holds the type too, so that
    # fragments on different types never disagree.
    alias = draw(st.sampled_from(["", f"{of.name}_{name}: "]))
    if not alias and is_leaf_type(named):
        alias = f"{of.name}_{name}_{draw(st.integers(1, 3))}: "
    text = f"{alias}{name}{given}{draw(st.sampled_from(SWITCHES))}"
    if is_composite_type(named):
        text += " " + draw(_selections(schema, named, arguments, depth - 1))
    return text
