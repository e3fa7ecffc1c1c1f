"""What a document costs with the values of its variables, and which of its fields is the dearest.

Called by document_limits.py before a document runs. What does not depend on variables is found out once per document:
its plan.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    value_from_ast_untyped,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from runfolio_server.graph.limits.cost import COST, Cost, Measure, number

# What a list costs whose page size is left to the server.
PAGE_SIZE_ASSUMED = 100
# Lists refuse more.
PAGE_SIZE_MAX = 10_000
PLANS_MAX = 500


@dataclass(frozen=True, slots=True)
class DocumentCost:
    """The whole cost, that of the plain fields in it, and the path and cost of the field that is most of it."""

    total: int
    plain: int
    dearest: str
    dearest_cost: int


@dataclass(slots=True)
class _Plan:
    """Of a selection set: how many fields are there once, and the parts that cost more."""

    plain: int = 0
    parts: list[_Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Part:
    """A field, or a fragment where `path` is empty; `node` and `measure` only where the arguments decide its cost."""

    path: str
    inside: _Plan
    node: FieldNode | None = None
    measure: Measure | None = None


def cost_of(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> DocumentCost:
    """The cost of an operation of a valid document; `variables` as they were sent."""
    plan = _plan_of(schema, document, operation)
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
    return _Sum({**defaults, **variables}).of(plan)


class _Sum:
    """The costs of the plans of one request; those of fragments are reckoned once."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = dict(variables)
        self._known: dict[int, DocumentCost] = {}

    def of(self, plan: _Plan) -> DocumentCost:
        found = self._known.get(id(plan))
        if found is None:
            found = self._known[id(plan)] = self._reckoned(plan)
        return found

    def _reckoned(self, plan: _Plan) -> DocumentCost:
        total = plain = plan.plain
        dearest, dearest_cost = "", 0
        for part in plan.parts:
            inside = self.of(part.inside)
            path, cost = inside.dearest, inside.dearest_cost
            if part.node is None or part.measure is None:
                total += inside.total
                plain += inside.plain
            else:
                price = part.measure(self._arguments(part.node))
                items = max(0, price.items)
                total += price.own + items * inside.total
                cost *= items
                own = price.own + items * inside.plain
                if own >= cost:
                    path, cost = "", own
            if cost > dearest_cost:
                dearest, dearest_cost = ".".join(filter(None, (part.path, path))), cost
        return DocumentCost(total, plain, dearest, dearest_cost)

    def _arguments(self, node: FieldNode) -> dict[str, Any]:
        return {
            argument.name.value: value_from_ast_untyped(argument.value, self._variables)
            for argument in node.arguments or ()
        }


# By the ids of what they belong to, which the values keep alive: to hash a document takes longer than to reckon.
_PLANS: OrderedDict[tuple[int, int], tuple[GraphQLSchema, DocumentNode, _Plan]] = OrderedDict()


def _plan_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> _Plan:
    key = (id(schema), id(operation))
    found = _PLANS.get(key)
    if found is None:
        found = _PLANS[key] = (schema, document, _made_plan(schema, document, operation))
        if len(_PLANS) > PLANS_MAX:
            _PLANS.popitem(last=False)
    else:
        _PLANS.move_to_end(key)
    return found[-1]


def _made_plan(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> _Plan:
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    root = schema.get_root_type(operation.operation)
    return _Planner(schema, fragments).plan(operation.selection_set, root)


class _Planner:
    """Makes the plans of one document."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
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
        fields = parent.fields if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else {}
        # Introspection is bounded by a rule of its own.
        definition = fields.get(node.name.value)
        measure = None if definition is None else _measure_of(definition)
        kind = None if definition is None else get_named_type(definition.type)
        inside = self.plan(node.selection_set, kind) if node.selection_set else _Plan()
        path = node.alias.value if node.alias else node.name.value
        if measure is not None:
            plan.parts.append(_Part(path, inside, node, measure))
            return
        plan.plain += 1 + inside.plain
        plan.parts += [_Part(f"{path}.{part.path}".rstrip("."), *_rest(part)) for part in inside.parts]


def _rest(part: _Part) -> tuple[_Plan, FieldNode | None, Measure | None]:
    return part.inside, part.node, part.measure


def _measure_of(definition: GraphQLField) -> Measure | None:
    declared = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    measure: Measure | None = declared.metadata.get(COST) if declared else None
    return measure or (_page if "first" in definition.args else None)


def _page(arguments: Mapping[str, Any]) -> Cost:
    return Cost(items=min(number(arguments, "first", PAGE_SIZE_ASSUMED), PAGE_SIZE_MAX))
