"""Documents of GraphQL as schemathesis makes them of our schema, with names in them that lead somewhere."""

from __future__ import annotations

from importlib import resources
from random import Random
from typing import Any, Final

import schemathesis
from graphql import (
    ArgumentNode,
    FloatValueNode,
    IntValueNode,
    ObjectFieldNode,
    StringValueNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.graphql import nodes

from tests.fuzz.texts import any_text

# Argument or field → what the ground has for it.
NAMES: Final = {
    "entityName": "entity",
    "entity": "entity",
    "username": "entity",
    "projectName": "project",
    "project": "project",
    "modelName": "project",
    "bucketName": "run",
    "runName": "run",
    "run": "run",
    "id": "id",
    "runId": "id",
    "projectId": "id",
    "artifactID": "id",
    "artifactId": "id",
    "name": "name",
    "filters": "filters",
    "order": "order",
    "keys": "keys",
    "key": "keys",
    "fileName": "file",
    "path": "file",
    "artifactCollectionName": "collection",
    "digest": "digest",
}
# What takes away what the others are to find.
TAKES_AWAY: Final = ("delete", "move", "purge", "rename", "updateProject", "revoke")
FIRST_OF_MOST: Final = 3

# A document with half a surrogate pair is none; as a variable it may come: see routes.py.
_WHOLE: Final = any_text.filter(lambda text: "\ud800" not in text)
_TEXTS: Final = _WHOLE.map(nodes.String)
_MOMENTS: Final = st.one_of(st.datetimes().map(lambda at: nodes.String(f"{at.isoformat()}Z")), _TEXTS)
_JSON: Final = st.one_of(st.sampled_from(('{"a": 1}', "{", "[]", '{"a": {"value": NaN}}')), _WHOLE).map(nodes.String)
_SCALARS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "Base64": _TEXTS,
    "DateTime": _MOMENTS,
    "Instant": _MOMENTS,
    "Duration": st.one_of(st.integers().map(nodes.Int), _TEXTS),
    "Int64": st.one_of(st.integers(-(2**70), 2**70).map(nodes.Int), _TEXTS),
    "JSON": st.one_of(_JSON, st.integers().map(nodes.Int)),
    "JSONString": _JSON,
}


def _operations() -> list[Any]:
    for name, values in _SCALARS.items():
        schemathesis.graphql.scalar(name, values)
    text = resources.files("runfolio_schema").joinpath("served.graphql").read_text(encoding="utf-8")
    schema = schemathesis.graphql.from_file(text)
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


OPERATIONS: Final = {operation.label: operation for operation in _operations()}


class _Known(Visitor):
    """Puts marks of the ground where they fit, at random."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random

    def enter_argument(self, node: ArgumentNode, *_: object) -> object:
        """An argument of a field."""
        return self._changed(node)

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> object:
        """A field of an input."""
        return self._changed(node)

    def _changed(self, node: Any) -> Any:
        of = NAMES.get(node.name.value)
        if isinstance(node.value, StringValueNode) and of is not None and self._random.random() < 0.8:
            mark = f"⟦{of}:{self._random.randrange(8)}⟧"
            return type(node)(name=node.name, value=StringValueNode(value=mark))
        if isinstance(node.value, IntValueNode | FloatValueNode) and self._random.random() < 0.5:
            return type(node)(name=node.name, value=IntValueNode(value=str(self._random.randrange(20))))
        return None


@st.composite
def documents(draw: st.DrawFn, label: str) -> str:
    """A document that asks this field of a root."""
    text = str(draw(OPERATIONS[label].as_strategy()).body)
    if any(word.lower() in label.lower() for word in TAKES_AWAY):
        return text
    return print_ast(visit(parse(text), _Known(draw(st.randoms(use_true_random=False)))))
