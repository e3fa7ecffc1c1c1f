"""What a compiled selection does with a list of objects: related objects for all of them at once, then their JSON.

selection_compiler.py makes it from a document, executor.py runs it. Whatever is not plainly right raises, and the
executor lets graphql-core do the list over, which then tells the error with its path.
What is written is drawn from the budget of the answer, list by list; what several objects share, once for each.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeAlias

from graphql import GraphQLObjectType, Undefined
from graphql.pyutils import is_awaitable
from strawberry.types.cast import get_strawberry_type_cast

from runfolio_server.answer_budget import FieldShare, weigh


class NotPlain(Exception):
    """A value that only graphql-core deals with: null where there must be none, an exception, an awaitable."""


class ObjectCheck:
    """Whether values stand for an object type; asked once for each Python class."""

    def __init__(self, object_type: GraphQLObjectType) -> None:
        self.known: set[type] = set()
        self._is_type_of = object_type.is_type_of

    def __call__(self, value: Any) -> None:
        """Raise NotPlain unless graphql-core would read fields of this value; remember its class."""
        if value is None or value is Undefined or isinstance(value, Exception) or is_awaitable(value):
            raise NotPlain
        # The predicates that strawberry makes look at nothing but the class, which is why one answer does.
        if get_strawberry_type_cast(value) or (self._is_type_of and not self._is_type_of(value, None)):  # type: ignore[arg-type]
            raise NotPlain
        self.known.add(type(value))

    def all(self, values: Sequence[Any]) -> None:
        """Raise NotPlain unless each of the values passes."""
        for kind in set(map(type, values)) - self.known:
            self(next(value for value in values if type(value) is kind))


@dataclass(frozen=True, slots=True)
class BatchColumn:
    """A field that is asked for all objects in one call; without a shape its values are leaves."""

    batch: Callable[[list[Any], Any], Any]
    shape: Shape | None

    async def values(self, objects: list[Any], context: Any, share: FieldShare) -> list[Any]:
        """One value per object, ready for the answer unless they are leaves."""
        found: list[Any] = await self.batch(objects, context)
        if type(found) is not list or len(found) != len(objects):
            raise NotPlain
        if not isinstance(self.shape, ObjectShape):
            return found if self.shape is None else await self.shape.complete(found, context, share)
        # Many objects share one of these, as runs share a user: each is completed once, and written as often as it is.
        distinct = list({id(value): value for value in found}.values())
        done = await self.shape.complete(distinct, context, share)
        by_id = {id(value): item for value, item in zip(distinct, done, strict=True)}
        if len(distinct) < len(found):
            _draw_again(by_id, Counter(map(id, found)), share)
        return [by_id[id(value)] for value in found]


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A field read from each object, whose own selection has columns."""

    read: Callable[[list[Any]], list[Any]]
    shape: Shape

    async def values(self, objects: list[Any], context: Any, share: FieldShare) -> list[Any]:
        """One completed value per object."""
        return await self.shape.complete(self.read(objects), context, share)


@dataclass(frozen=True, slots=True)
class Selection:
    """The fields selected of one object type.

    `build` makes a dict per object from it and its value of each column; its last argument is what weighs a text. It
    answers the dicts, bytes of texts and names, how many values, and JSON values that were not weighed.
    """

    check: ObjectCheck
    columns: Sequence[BatchColumn | ReadColumn]
    build: Callable[..., tuple[list[dict[str, Any]], int, int, list[Any]]]

    async def complete(self, objects: list[Any], context: Any, share: FieldShare) -> list[dict[str, Any]]:
        """One dict per object; the columns are filled side by side."""
        self.check.all(objects)
        if not objects:
            return []
        if not self.columns:
            return self.built(share, objects)
        if len(self.columns) == 1:
            return self.built(share, objects, await self.columns[0].values(objects, context, share))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(column.values(objects, context, share)) for column in self.columns]
        return self.built(share, objects, *(task.result() for task in tasks))

    def built(self, share: FieldShare, objects: list[Any], *columns: list[Any]) -> list[dict[str, Any]]:
        """One dict per object, drawn from the budget."""
        size_of = share.budget.size_of_text
        done, size, values, others = self.build(objects, *columns, size_of)
        share.draw(size, values)
        for value in others:
            weight = weigh(value, size_of)
            # The value itself is counted.
            share.draw(weight.size, weight.values - 1)
        return done


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """Objects, or null unless they are required."""

    selection: Selection
    is_required: bool

    def complete_plain(self, values: list[Any], share: FieldShare) -> list[Any]:
        """Complete values whose selection has no columns."""
        present = _present(values, is_required=self.is_required)
        self.selection.check.all(present)
        return _among_nulls(values, self.selection.built(share, present))

    async def complete(self, values: list[Any], context: Any, share: FieldShare) -> list[Any]:
        """Complete values."""
        present = _present(values, is_required=self.is_required)
        return _among_nulls(values, await self.selection.complete(present, context, share))


@dataclass(frozen=True, slots=True)
class ListShape:
    """Lists of objects, or null unless they are required; the items of all of them are completed together."""

    item: Shape
    is_required: bool

    async def complete(self, values: list[Any], context: Any, share: FieldShare) -> list[Any]:
        """Complete values."""
        present = _present(values, is_required=self.is_required)
        if any(type(value) is not list for value in present):
            raise NotPlain
        flat = list(chain.from_iterable(present))
        share.draw(0, len(flat))
        items = iter(await self.item.complete(flat, context, share))
        return _among_nulls(values, [list(islice(items, len(value))) for value in present])


Shape: TypeAlias = ObjectShape | ListShape


def _draw_again(done: dict[int, Any], counts: Counter[int], share: FieldShare) -> None:
    """Draw what is written more than once, all times but the first."""
    size_of = share.budget.size_of_text
    for key, count in counts.items():
        if count > 1 and done[key] is not None:
            weight = weigh(done[key], size_of)
            # The objects themselves are fields of those that share them, where they are counted.
            share.draw((count - 1) * weight.size, (count - 1) * (weight.values - 1))


def _present(values: list[Any], *, is_required: bool) -> list[Any]:
    present = [value for value in values if value is not None]
    if is_required and len(present) != len(values):
        raise NotPlain
    return present


def _among_nulls(values: list[Any], done: list[Any]) -> list[Any]:
    if len(done) == len(values):
        return done
    rest = iter(done)
    return [None if value is None else next(rest) for value in values]
