"""Every argument that makes an answer longer, or a change larger, makes its document dearer: the schema is walked.

What a document costs is reckoned with aliases and all, so an argument that counts once counts under each of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from graphql import (
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from runfolio_server.graph.limits.document_cost import DocumentCost, cost_of
from runfolio_server.graph.schema import schema

CORE = schema._schema
FEW, MANY = 1, 90
NUMBERS = {"Int", "Int64"}
# Numbers that say how much comes by what lies between them.
RANGE = {"minStep", "maxStep"}
# Numbers that make nothing longer, and why.
ONLY_STORED = {
    "CreateInviteInput.days": "it is stored",
    "AppendHistoryInput.offset": "a number of a line",
    "AppendHistoryInput.exitCode": "it is stored",
    "DeleteFilesInput.projectId": "it is ignored",
    "FinishRunInput.exitCode": "it is stored",
    "ArtifactManifestEntryInput.size": "it is ignored",
    "BeginArtifactInput.historyStep": "it is stored",
    "BeginArtifactInput.ttlSeconds": "it is stored",
    "CreateArtifactInput.historyStep": "it is stored",
    "CreateArtifactInput.ttlDurationSeconds": "it is stored",
    "UpdateArtifactInput.ttlDurationSeconds": "it is stored",
    "UploadPartsInput.partNumber": "a number of a part",
    "RunEnvironmentInput.cpuCount": "it is stored",
    "RunEnvironmentInput.gpuCount": "it is stored",
    "RunEnvironmentInput.logicalCpuCount": "it is stored",
    "RunEnvironmentInput.memoryBytes": "it is stored",
    "HistoryColumnsInput.count": "the columns hold as many values, and these count",
}

# Steps of a page of rows: `first` says how many come. A branch is one, whichever number it has.
OF_PAGES = {
    *(("historyRows", name) for name in RANGE),
    ("branch", "number"),
    *(("consoleLines", name) for name in ("minNumber", "maxNumber")),
}


class Argument(NamedTuple):
    """A field by its way from the root, one of its arguments, and the way into its input objects."""

    operation: str
    way: tuple[tuple[str, GraphQLField], ...]
    names: tuple[str, ...]
    type: GraphQLInputType

    @property
    def name(self) -> str:
        """How a failed test is called."""
        return f"{'.'.join(name for name, _ in self.way)}({'.'.join(self.names)})"


def _fields() -> Iterator[tuple[str, tuple[tuple[str, GraphQLField], ...]]]:
    """Every field of every type, by the shortest way to its type."""
    seen = set()
    waiting: list[tuple[str, tuple[tuple[str, GraphQLField], ...], Any]] = [
        ("query", (), CORE.query_type),
        ("mutation", (), CORE.mutation_type),
    ]
    while waiting:
        operation, way, owner = waiting.pop(0)
        if not isinstance(owner, GraphQLObjectType) or owner.name in seen:
            continue
        seen.add(owner.name)
        for name, field in owner.fields.items():
            yield operation, (*way, (name, field))
            waiting.append((operation, (*way, (name, field)), get_named_type(field.type)))


def _inside(names: tuple[str, ...], of: GraphQLInputType) -> Iterator[tuple[str, tuple[str, ...], GraphQLInputType]]:
    """The argument, and all that is inside it where it is an input object; the first is how it is named."""
    named = get_named_type(of)
    yield names[-1], names, of
    if isinstance(named, GraphQLInputObjectType) and len(names) < 4:
        for name, field in named.fields.items():
            for found, inner, kind in _inside((*names, name), field.type):
                yield found if "." in found else f"{named.name}.{found}", inner, kind


def _scaling() -> Iterator[Argument]:
    for operation, way in _fields():
        for name, argument in way[-1][1].args.items():
            for shown, names, of in _inside((name,), argument.type):
                kind = get_nullable_type(of)
                is_number = getattr(kind, "name", "") in NUMBERS
                makes_longer = shown not in ONLY_STORED and (way[-1][0], shown) not in OF_PAGES
                if (is_number and makes_longer) or isinstance(kind, GraphQLList):
                    yield Argument(operation, way, names, of)


def _value(of: GraphQLInputType, size: int, names: tuple[str, ...] = ()) -> Any:
    """A value of a type; what `names` lead to is of this size."""
    kind = get_nullable_type(of)
    if isinstance(kind, GraphQLList):
        return [_value(kind.of_type, size, names)] * (FEW if names else size)
    if isinstance(kind, GraphQLInputObjectType):
        return {
            name: _value(field.type, size if name == next(iter(names), "") else FEW, names[1:])
            for name, field in kind.fields.items()
            if isinstance(field.type, GraphQLNonNull) or name == next(iter(names), "")
        }
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    return size if getattr(kind, "name", "") in NUMBERS else True if getattr(kind, "name", "") == "Boolean" else "{}"


def _cost(argument: Argument, size: int) -> DocumentCost:
    variables: dict[str, Any] = {}
    declared: list[str] = []
    document = ""
    for number, (name, field) in enumerate(argument.way):
        is_last = number == len(argument.way) - 1
        given: list[str] = []
        for key, of in field.args.items():
            is_asked = is_last and (key == argument.names[0] or {key, argument.names[0]} <= RANGE)
            if is_asked or (isinstance(of.type, GraphQLNonNull) and not of.default_value):
                variable = f"v{len(declared)}"
                declared.append(f"${variable}: {of.type}")
                given.append(f"{key}: ${variable}")
                is_low = is_asked and key == "minStep"
                variables[variable] = 0 if is_low else _value(of.type, size if is_asked else FEW, argument.names[1:])
        document += f" {name}" + (f"({', '.join(given)})" if given else "")
        if not is_leaf_type(get_named_type(field.type)):
            document += " {" + (" __typename" if is_last else "")
    document += " }" * document.count("{")
    text = f"{argument.operation}({', '.join(declared)}) {{{document} }}"
    parsed = parse(text)
    assert not validate(CORE, parsed), text
    operation = next(one for one in parsed.definitions if isinstance(one, OperationDefinitionNode))
    coerced = get_variable_values(CORE, operation.variable_definitions or (), variables)
    assert isinstance(coerced, VariableValues), (text, json.dumps(variables))
    fragments = {one.name.value: one for one in parsed.definitions if isinstance(one, FragmentDefinitionNode)}
    return cost_of(CORE, operation, fragments, coerced)


@pytest.mark.parametrize("argument", list(_scaling()), ids=lambda argument: argument.name)
def test_more_is_dearer(argument: Argument) -> None:
    few, many = _cost(argument, FEW), _cost(argument, MANY)

    # Values of history are ten for a field.
    assert many.total >= few.total + (MANY - FEW) // 10, f"{argument.name}: say beside the field what it costs"


def test_numbers_that_cost_nothing_are_there() -> None:
    shown = {
        shown for _, way in _fields() for name, of in way[-1][1].args.items() for shown, *_ in _inside((name,), of.type)
    }

    assert set(ONLY_STORED) <= shown
