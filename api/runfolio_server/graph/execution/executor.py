"""Executes documents; lists through compiled selections where that answers the same, else as graphql-core does.

graphql-core spends about 3 µs on every field of every item, spread so evenly that only not running it helps: 1,000 runs
× 15 fields take 60 ms, and 3 as one generated function per selection. selection_compiler.py says which selections can
be compiled.
A list that meets anything else (an error, a null too many, an awaitable) is done over by graphql-core, so that
messages, paths and null propagation are its own. Fields are read twice then: they must have no side effects.

NOTE: this leans on methods that graphql-core 3.3 does not promise to keep; tests/unit/test_executor.py and
tests/server/test_executor_equivalence.py compare both ways.
Compiled answers hold UTC times as `datetime`, for the encoder.
"""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLLeafType,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLResolveInfo,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import AwaitableOrValue, Path
from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from runfolio_server.answer_budget import AnswerBudget, FieldShare, weigh
from runfolio_server.context import Context
from runfolio_server.errors import AnswerTooLarge
from runfolio_server.graph.execution.compiled_selection import ObjectShape
from runfolio_server.graph.execution.introspection import is_outer_introspection
from runfolio_server.graph.execution.scalar_output import are_as_written
from runfolio_server.graph.execution.selection_compiler import compile_list
from runfolio_server.graph.execution.siblings import field_name
from runfolio_server.graph.limits.document_limits import check_cost
from runfolio_server.graph.limits.document_size import document_bytes
from runfolio_server.heavy_threads import ITEMS_AT_ONCE
from runfolio_server.sized_cache import SizedCache

LOGGER = logging.getLogger(__name__)

SHAPE_BYTES = 10_000
"""Of a compiled shape, at least."""
SHAPES_BYTES_MAX = 8 * 2**20
"""Some 50 lists in documents of 80 tokens."""
SHAPES: SizedCache[Hashable, tuple[object, ObjectShape | None]] = SizedCache(SHAPES_BYTES_MAX)
"""The compiled shapes of the lists asked for last; None stands for a selection that cannot be compiled.

The values keep alive what the keys hold the id of, so that an id always means the same object: the whole document.
"""


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor with another way to complete lists of objects."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # graphql-core's hold the executor, which holds them: the variables and the context of each request, megabytes
        # perhaps, would stay until the garbage collector comes to old objects.
        executor = weakref.proxy(self)
        self.async_helpers = GraphQLResolveInfoHelpers(
            gather=lambda awaitables: executor.gather_async_work(awaitables),
            track=lambda awaitables: executor.track_async_work(awaitables),
        )
        context = self.context_value
        self._budget = context.budget if isinstance(context, Context) else AnswerBudget()
        # By the id of a field's node, which the document keeps alive.
        self._shares: dict[int, FieldShare] = {}
        # One entry per list in the document; also keeps alive the lists whose id is the key.
        self._shapes: dict[tuple[int, int], tuple[FieldDetailsList, ObjectShape | None]] = {}
        # What decides about @skip and @include.
        self._switches = tuple(
            (name, value)
            for name, value in self.variable_values.coerced.items()
            if value is None or isinstance(value, bool)
        )
        self._may_compile = self.abort_signal is None and not getattr(self.middleware_manager, "middlewares", None)

    def execute_operation(self, serially: bool | None = None) -> AwaitableOrValue[Any]:
        """Execute the operation, unless it costs too much."""
        try:
            check_cost(self.schema, self.operation, self.fragment_definitions, self.variable_values)
        except GraphQLError as error:
            return ExecutionResult(None, errors=[error])
        return super().execute_operation(serially)

    def handle_field_error(self, raw_error: Exception, *arguments: Any, **more: Any) -> None:
        """Note the error of a field, or raise it where there must be no null."""
        if isinstance(getattr(raw_error, "original_error", raw_error), AnswerTooLarge):
            # Its frames hold this executor, which notes it: all that was read for an answer that is refused would wait
            # for the garbage collector.
            raw_error.__traceback__ = None
        super().handle_field_error(raw_error, *arguments, **more)

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[Any]:
        """Complete a value and draw it from the budget of the answer."""
        done = super().complete_value(return_type, field_details_list, info, path, result, position_context)
        # What must not be null comes by here again, as what may be.
        if not isinstance(return_type, GraphQLNonNull):
            share = self._shares.get(id(field_details_list[0].node)) or self._share(field_details_list, path)
            size = len(path.key) if type(path.key) is str else 0
            if type(done) is str:
                share.draw(size + self._budget.size_of_text(done), 1)
            elif isinstance(return_type, GraphQLLeafType) and isinstance(done, list | dict):
                weight = weigh(done, self._budget.size_of_text)
                share.draw(size + weight.size, weight.values)
            else:
                share.draw(size, 1)
        return done

    def complete_iterable_value(
        self,
        item_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: Iterable[Any],
        position_context: Any,
    ) -> AwaitableOrValue[list[Any]]:
        """Complete a list."""

        def generically() -> AwaitableOrValue[list[Any]]:
            return self.complete_generically(item_type, field_details_list, info, path, items, position_context)

        if is_outer_introspection(item_type, path):
            return self._introspect(item_type, field_details_list, info, path, list(items), position_context)
        # An iterator could not be read again.
        if type(items) is not list or not items or position_context is not None or not self._may_compile:
            return generically()
        share = self._share(field_details_list, path)
        if are_as_written(item_type, items):
            self._draw_as_written(share, items)
            return items
        shape = self._shape(item_type, field_details_list)
        if shape is None:
            return generically()
        if shape.selection.columns:
            return self._complete_with_columns(shape, items, share, generically)
        if len(items) > ITEMS_AT_ONCE:
            return self._complete_in_parts(shape, items, share, generically)
        try:
            share.draw(0, len(items))
            return shape.complete_plain(items, share)
        except Exception:  # graphql-core does it over, and tells the error with its path
            self._budget.check()
            LOGGER.debug("List at %s is done over", path.as_list(), exc_info=True)
            return generically()

    def complete_generically(
        self,
        item_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: Iterable[Any],
        position_context: Any,
    ) -> AwaitableOrValue[list[Any]]:
        """Complete a list item by item, as graphql-core does."""
        return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)

    async def _complete_with_columns(
        self,
        shape: ObjectShape,
        items: list[Any],
        share: FieldShare,
        generically: Callable[[], AwaitableOrValue[list[Any]]],
    ) -> list[Any]:
        try:
            share.draw(0, len(items))
            return await shape.complete(items, self.context_value, share)
        except Exception:  # as above
            self._budget.check()
            LOGGER.debug("A list is done over", exc_info=True)
        done = generically()
        return done if isinstance(done, list) else await done

    async def _complete_in_parts(
        self,
        shape: ObjectShape,
        items: list[Any],
        share: FieldShare,
        generically: Callable[[], AwaitableOrValue[list[Any]]],
    ) -> list[Any]:
        """Complete a long list so that others get their turn meanwhile."""
        found: list[Any] = []
        try:
            share.draw(0, len(items))
            for first in range(0, len(items), ITEMS_AT_ONCE):
                found += shape.complete_plain(items[first : first + ITEMS_AT_ONCE], share)
                await asyncio.sleep(0)
        except Exception:  # as above
            self._budget.check()
            LOGGER.debug("A long list is done over", exc_info=True)
        else:
            return found
        done = generically()
        return done if isinstance(done, list) else await done

    def _share(self, details: FieldDetailsList, path: Path) -> FieldShare:
        """The share of a field, found by its node or, the first time, by its path."""
        key = id(details[0].node)
        found = self._shares.get(key)
        if found is None:
            found = self._shares[key] = self._budget.share(field_name(path))
        return found

    def _draw_as_written(self, share: FieldShare, items: list[Any]) -> None:
        size_of = self._budget.size_of_text
        if all(type(item) is str for item in items):
            share.draw(sum(map(size_of, items)), len(items))
            return
        for item in items:
            share.draw(*weigh(item, size_of))

    async def _introspect(
        self,
        item_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: list[Any],
        position_context: Any,
    ) -> list[Any]:
        """Complete a list of introspection item by item, as graphql-core does in one go: others get their turn."""
        found: list[Any] = []
        for item in items:
            done = self.complete_generically(item_type, field_details_list, info, path, [item], position_context)
            found += done if isinstance(done, list) else await done
            await asyncio.sleep(0)
        return found

    def _shape(self, item_type: GraphQLOutputType, details: FieldDetailsList) -> ObjectShape | None:
        """The compiled shape of a list's items; None when it cannot be compiled."""
        near = (id(details), id(item_type))
        if near not in self._shapes:
            # The same text is the same document, as long as the cache of parsed documents remembers it.
            alive = (self.schema, self.operation, *self.fragment_definitions.values(), *(one.node for one in details))
            key = (tuple(map(id, alive)), str(item_type), self._switches)
            _, shape = SHAPES.found_or_made(
                key,
                lambda: (alive, self._compile(item_type, details)),
                # Code made of a selection takes less memory than the tokens of the selection.
                lambda _: 2 * document_bytes(self.operation) + SHAPE_BYTES,
            )
            self._shapes[near] = (details, shape)
        return self._shapes[near][1]

    def _compile(self, item_type: GraphQLOutputType, details: FieldDetailsList) -> ObjectShape | None:
        if any(directive.name.value == "stream" for one in details for directive in one.node.directives or ()):
            return None
        try:
            return compile_list(self, item_type, details)
        except Exception:  # NotCompilable, or a document whose error graphql-core has to tell
            LOGGER.debug("%s is not compiled", item_type, exc_info=True)
            return None
