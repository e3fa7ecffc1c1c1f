"""What a document costs with the arguments that its resolvers will get, and which of its fields is the dearest.

Called by graph/execution before a document runs, when graphql-core has coerced the variables: so defaults, numbers
written as 1e5 and variables inside of lists count as what they become. What does not depend on variables is found out
once per document: its plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.schema.schema_converter import GraphQLCoreConverter

from runfolio_server.graph.limits.cost import COST, Cost, Measure, page
from runfolio_server.graph.limits.document_size import document_bytes
from runfolio_server.graph.limits.given import Given
from runfolio_server.graph.limits.introspection_cost import introspection_costs
from runfolio_server.sized_cache import SizedCache


@dataclass(frozen=True, slots=True)
class DocumentCost:
    """The whole cost, that of the plain fields in it, and the path and cost of the field that is most of it."""

    total: int
    plain: int
    dearest: str
    dearest_cost: int
    once: int = 0
    """What the page around these fields costs beside its items; not in `total`."""


@dataclass(slots=True)
class _Plan:
    """Of a selection set: how many fields are there once, and the parts that cost more."""

    plain: int = 0
    parts: list[_Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Part:
    """A field, or a fragment where `path` is empty; `asked` only where the arguments decide its cost."""

    path: str
    inside: _Plan
    asked: _Asked | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A field with arguments, or a cost of its own."""

    node: FieldNode
    definition: GraphQLField
    measure: Measure


Fragments: TypeAlias = Mapping[str, FragmentDefinitionNode]


def cost_of(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments, variables: VariableValues
) -> DocumentCost:
    """The cost of an operation of a valid document."""
    found = _Sum(variables).of(_plan_of(schema, operation, fragments))
    return DocumentCost(found.total + found.once, found.plain, found.dearest, found.dearest_cost)


class _Sum:
    """The costs of the plans of one request; those of fragments are reckoned once."""

    def __init__(self, variables: VariableValues) -> None:
        self._variables = variables
        self._given = Given()
        self._known: dict[int, DocumentCost] = {}

    def of(self, plan: _Plan) -> DocumentCost:
        found = self._known.get(id(plan))
        if found is None:
            found = self._known[id(plan)] = self._reckoned(plan)
        return found

    def _reckoned(self, plan: _Plan) -> DocumentCost:
        total = plain = plan.plain
        dearest, dearest_cost, once = "", 0, 0
        for part in plan.parts:
            inside = self.of(part.inside)
            path, cost = inside.dearest, inside.dearest_cost
            if part.asked is None:
                total += inside.total
                plain += inside.plain
                once += inside.once
            else:
                price = self._price(part.asked)
                items = max(0, price.items)
                once += price.once
                total += price.own + inside.once + items * inside.total
                cost *= items
                own = price.own + inside.once + items * inside.plain
                if own >= cost:
                    path, cost = "", own
            if cost > dearest_cost:
                dearest, dearest_cost = ".".join(filter(None, (part.path, path))), cost
        return DocumentCost(total, plain, dearest, dearest_cost, once)

    def _price(self, asked: _Asked) -> Cost:
        try:
            arguments = get_argument_values(asked.definition, asked.node, self._variables)
        except GraphQLError:
            # The executor will tell, and not resolve it.
            return Cost(items=0)
        price = asked.measure(arguments)
        return Cost(price.own + self._given.cost(arguments), price.items, price.once)


PLANS_BYTES_MAX = 4 * 2**20
"""Some 60 documents of 80 tokens; a plan is made anew within a tenth of a millisecond."""
PLANS: SizedCache[tuple[int, int], tuple[GraphQLSchema, OperationDefinitionNode, _Plan]] = SizedCache(PLANS_BYTES_MAX)
"""By the ids of what they belong to, which the values keep alive: to hash a document takes longer than to reckon."""


def _plan_of(schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments) -> _Plan:
    def made() -> tuple[GraphQLSchema, OperationDefinitionNode, _Plan]:
        root = schema.get_root_type(operation.operation)
        return schema, operation, _Planner(schema, fragments).plan(operation.selection_set, root)

    # The plan itself is small beside the document.
    return PLANS.found_or_made((id(schema), id(operation)), made, lambda _: document_bytes(operation) * 5 // 4)[-1]


class _Planner:
    """Makes the plans of one document."""

    def __init__(self, schema: GraphQLSchema, fragments: Fragments) -> None:
        self._schema = schema
        self._fragments = fragments
        self._known: dict[str, _Plan] = {}

    def plan(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None) -> _Plan:
        plan = _Plan()
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                self._add_field(plan, selection, parent)
            elif isinstance(selection, FragmentSpreadNode):
                plan.parts.append(_Part("", self._fragment(selection.name.value)))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                of_type = self._schema.get_type(condition.name.value) if condition else parent
                plan.parts.append(_Part("", self.plan(selection.selection_set, of_type)))
        return plan

    def _fragment(self, name: str) -> _Plan:
        if name not in self._known:
            fragment = self._fragments[name]
            kind = self._schema.get_type(fragment.type_condition.name.value)
            self._known[name] = self.plan(fragment.selection_set, kind)
        return self._known[name]

    def _add_field(self, plan: _Plan, node: FieldNode, parent: GraphQLNamedType | None) -> None:
        name = node.name.value
        definition = measure = None
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            definition = self._schema.get_field(parent, name)
            measure = introspection_costs(self._schema).get((parent.name, name))
        if measure is None and definition is not None:
            measure = _measure_of(definition)
        kind = None if definition is None else get_named_type(definition.type)
        inside = self.plan(node.selection_set, kind) if node.selection_set else _Plan()
        path = node.alias.value if node.alias else node.name.value
        if definition is not None and measure is not None:
            plan.parts.append(_Part(path, inside, _Asked(node, definition, measure)))
            return
        plan.plain += 1 + inside.plain
        plan.parts += [_Part(f"{path}.{part.path}".rstrip("."), part.inside, part.asked) for part in inside.parts]


def _measure_of(definition: GraphQLField) -> Measure | None:
    declared = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    measure: Measure | None = declared.metadata.get(COST) if declared else None
    if measure is None and definition.args:
        return page if "first" in definition.args else _one
    return measure


def _one(arguments: Mapping[str, Any]) -> Cost:  # noqa: ARG001
    return Cost()
