"""The same document through graphql-core's executor and through ours: what the tests of the executor compare."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult

from runfolio_server.endpoints.graphql import encode
from runfolio_server.graph.execution.executor import CompiledExecutor


@dataclass
class Watch:
    """The paths of the lists that were completed item by item."""

    generic: list[str] = field(default_factory=list)

    def executor(self) -> type[CompiledExecutor]:
        """Our executor, reporting here."""
        generic = self.generic

        class WatchedExecutor(CompiledExecutor):
            def complete_generically(self, item_type: Any, details: Any, info: Any, path: Any, *rest: Any) -> Any:
                generic.append(".".join(map(str, path.as_list())))
                return super().complete_generically(item_type, details, info, path, *rest)

        return WatchedExecutor


@dataclass(frozen=True)
class Both:
    """What both executors answer, encoded, and which lists ours left to graphql-core."""

    generic: tuple[bytes, list[str]]
    compiled: tuple[bytes, list[str]]
    done_over: list[str]

    @property
    def agree(self) -> bool:
        """Whether both are the same but for which of several errors is told that null the same place.

        graphql-core tells the errors that come before the first of them is done with, so this depends on timing.
        """
        return self.generic[0] == self.compiled[0] and _nulled(self.generic) == _nulled(self.compiled)


async def execute_both(
    schema: strawberry.Schema,
    document: str,
    make_root: Callable[[], Any] = lambda: None,
    make_context: Callable[[], Any] = lambda: None,
    **variables: Any,
) -> Both:
    """Execute with each executor, on a root and a context of its own."""
    before = schema.execution_context_class
    watch = Watch()
    answers = []
    try:
        for executor in (StrawberryGraphQLCoreExecutionContext, watch.executor()):
            schema.execution_context_class = executor
            result = await schema.execute(
                document, variable_values=variables, root_value=make_root(), context_value=make_context()
            )
            assert isinstance(result, ExecutionResult)
            answers.append((encode({"data": result.data}), _errors(result)))
    finally:
        schema.execution_context_class = before
    return Both(answers[0], answers[1], watch.generic)


def _errors(result: ExecutionResult) -> list[str]:
    """Messages, paths and places; in no order, because fields that run side by side fail in any."""
    return sorted(json.dumps(error.formatted, default=str) for error in result.errors or [])


def _nulled(answer: tuple[bytes, list[str]]) -> set[tuple[str, str]]:
    """The places that errors made null; with the error where it is the place's own."""
    found = set()
    for text in answer[1]:
        error = json.loads(text)
        place: Any = json.loads(answer[0])["data"]
        way = []
        for key in error.get("path", []):
            if place is None:
                break
            place = place[key]
            way.append(key)
        found.add((json.dumps(way), text if way == error.get("path") else ""))
    return found
