"""What lists of introspection cost: their items, as this schema has them. Used by document_cost.py.

Each counts as the mean of those there are: fields of a type, arguments of a field.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from runfolio_server.graph.limits.cost import Cost, Measure


@cache
def introspection_costs(schema: GraphQLSchema) -> Mapping[tuple[str, str], Measure]:
    """The measure of each list of introspection, by the name of its type and its own. One entry for each schema."""
    types = schema.type_map.values()
    outputs = [one for one in types if isinstance(one, GraphQLObjectType | GraphQLInterfaceType)]
    inputs = [one for one in types if isinstance(one, GraphQLInputObjectType)]
    fields = sum(len(one.fields) for one in outputs)
    arguments = sum(len(field.args) for one in outputs for field in one.fields.values())
    items = {
        ("__Schema", "types"): len(types),
        ("__Schema", "directives"): len(schema.directives),
        ("__Type", "fields"): -(-fields // max(1, len(outputs))),
        ("__Type", "inputFields"): -(-sum(len(one.fields) for one in inputs) // max(1, len(inputs))),
        ("__Type", "interfaces"): 1,
        ("__Type", "possibleTypes"): 1,
        ("__Type", "enumValues"): 1,
        ("__Field", "args"): -(-arguments // max(1, fields)),
        ("__Directive", "args"): 1,
        ("__Directive", "locations"): 2,
    }
    return {place: _measure(count) for place, count in items.items()}


def _measure(count: int) -> Measure:
    def measure(arguments: Mapping[str, Any]) -> Cost:
        del arguments
        return Cost(items=count)

    return measure
