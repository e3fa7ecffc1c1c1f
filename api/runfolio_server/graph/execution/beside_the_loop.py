"""Executes a document whose variables hold much: their inputs are made in a thread, the rest on the event loop.

graphql-core takes some microseconds for each value, in one go, before anything runs. Used by schema.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, execute
from strawberry.utils.await_maybe import await_maybe

from runfolio_server.graph.execution.executor import CompiledExecutor
from runfolio_server.graph.limits.variable_limits import are_many
from runfolio_server.heavy_threads import in_thread


def execute_beside(
    schema: GraphQLSchema,
    document: DocumentNode,
    *,
    variable_values: Mapping[str, Any] | None = None,
    executor_class: type[CompiledExecutor],
    **more: Any,
) -> Awaitable[ExecutionResult] | ExecutionResult:
    """What graphql-core's `execute` answers, which has the same arguments."""
    variables = dict(variable_values or {})
    if not are_many(variables):
        return execute(schema, document, variable_values=variables, executor_class=executor_class, **more)
    return _executed(schema, document, variables, executor_class, more)


async def _executed(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: dict[str, Any],
    executor_class: type[CompiledExecutor],
    more: Mapping[str, Any],
) -> ExecutionResult:
    executor = await in_thread(executor_class.build, schema, document, raw_variable_values=variables, **more)
    if isinstance(executor, list):
        return ExecutionResult(None, errors=executor)
    operation: Any = executor.execute_operation()
    result: ExecutionResult = await await_maybe(operation)
    return result
