"""A schema with every kind of field that a list may meet, and values for it, good and bad."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from runfolio_server.graph.execution.executor import CompiledExecutor
from runfolio_server.graph.execution.row_fields import batch_field, column
from runfolio_server.graph.relay.scalars import JSON, SCALARS, Instant, Int64, JSONString


@strawberry.enum
class Colour(Enum):
    """An enum."""

    RED = "red"
    BLUE = "blue"


@dataclass
class Row:
    """What columns are read from."""

    title: Any = "a title"
    note: Any = None


@dataclass
class Owners:
    """The context: what the batch_field fields answer, by the name of the item; and how often they were asked."""

    owner: Any = None
    label: Any = "label"
    batches: list[int] = field(default_factory=list)


async def owners_of(items: list[Item], context: Owners) -> list[Any]:
    """The owner of each item."""
    context.batches.append(len(items))
    await asyncio.sleep(0)
    if isinstance(context.owner, Exception):
        raise context.owner
    return [context.owner for _ in items]


async def labels_of(owners: list[Owner], context: Owners) -> list[Any]:
    """The label of each owner."""
    context.batches.append(len(owners))
    return [context.label for _ in owners]


@strawberry.interface
class Named:
    """An interface."""

    name: str


@strawberry.type
class Owner(Named):
    """A related object, which has one itself."""

    age: int | None = 7

    @strawberry.field(metadata=batch_field(labels_of))  # type: ignore[untyped-decorator]
    async def label(self, info: Info[Owners, None]) -> str:
        """A batch_field leaf."""
        found: str = (await labels_of([self], info.context))[0]
        return found


@strawberry.type
class Part:
    """A nested object; of no interface, so graphql-core takes any object for it."""

    size: int = 1
    colours: list[Colour] = strawberry.field(default_factory=lambda: [Colour.RED])


@strawberry.type
class Holder:
    """A nested object whose selection may have a batch_field field."""

    item: Item


@strawberry.type
class Item(Named):
    """Everything."""

    row: strawberry.Private[Row] = strawberry.field(default_factory=Row)
    key: strawberry.ID = strawberry.ID("k")
    number: int | None = 3
    ratio: float = 0.5
    flag: bool = True
    big: Int64 = Int64(2**40)
    text: JSONString = JSONString('{"a": 1}')
    value: JSON | None = strawberry.field(default_factory=lambda: JSON({"a": [1, None]}))
    when: datetime | None = datetime(2024, 5, 6, 7, 8, 9, 123, tzinfo=UTC)
    instant: Instant | None = Instant(datetime(2024, 5, 6, 7, 8, 9, 120, tzinfo=UTC))
    colour: Colour | None = Colour.BLUE
    tags: list[str] = strawberry.field(default_factory=lambda: ["x", "y"])
    gaps: list[str | None] | None = strawberry.field(default_factory=lambda: ["x", None])
    grid: list[list[int]] = strawberry.field(default_factory=lambda: [[1, 2], [], [3]])
    part: Part | None = strawberry.field(default_factory=Part)
    needed_part: Part = strawberry.field(default_factory=Part)
    parts: list[Part] = strawberry.field(default_factory=lambda: [Part(), Part(size=2)])
    friend: Owner | None = None
    holder: Holder | None = None
    holders: list[list[Holder] | None] | None = None
    thing: Annotated[Item | Owner, strawberry.union("Thing")] | None = None
    title: str = column("title", "A column.")
    note: str | None = column("note", "A column that may be null.")

    @strawberry.field
    def loud(self) -> str:
        """A resolver that takes nothing."""
        return self.name.upper()

    @strawberry.field
    async def slow(self) -> str:
        """A resolver that waits."""
        await asyncio.sleep(0)
        return self.name

    @strawberry.field
    def times(self, by: int = 2) -> int:
        """A resolver with an argument."""
        return len(self.name) * by

    @strawberry.field(metadata=batch_field(owners_of))  # type: ignore[untyped-decorator]
    async def owner(self, info: Info[Owners, None]) -> Owner | None:
        """A batch_field object."""
        found: Owner | None = (await owners_of([self], info.context))[0]
        return found

    @strawberry.field(metadata=batch_field(owners_of))  # type: ignore[untyped-decorator]
    async def needed_owner(self, info: Info[Owners, None]) -> Owner:
        """A batch_field object that must be there."""
        found: Owner = (await owners_of([self], info.context))[0]
        return found


@strawberry.type
class Query:
    """The root; its lists are attributes."""

    items: list[Item]
    gappy_items: list[Item | None] | None = None
    named: list[Named] | None = None
    things: list[Annotated[Item | Owner, strawberry.union("Thing")]] | None = None
    nested: list[list[Item]] | None = None
    holder: Holder | None = None


SCHEMA = strawberry.Schema(
    Query,
    types=[Owner, Item],
    config=StrawberryConfig(scalar_map=SCALARS),
    execution_context_class=CompiledExecutor,
    extensions=[ParserCache, ValidationCache],
)


class Later:
    """A value that must be awaited, each time anew."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Later"

    def __await__(self) -> Generator[None, None, Any]:
        yield
        return self._value


def none_of_it() -> Iterator[Item]:
    """An iterator, which can be read once."""
    yield Item(name="once")


class Shy:
    """An object with a name that is of no type of the schema."""

    name = "shy"
    size = 5
    colours = (Colour.RED,)


# Attribute → values that are unusual or wrong for it, each made anew.
ODD_VALUES: dict[str, list[Callable[[], Any]]] = {
    "name": [lambda: None, lambda: 5, lambda: ValueError("bad name"), lambda: Later("n"), lambda: Later(None), object],
    "key": [lambda: 12, lambda: 1.5, lambda: True, lambda: b"k"],
    "number": [lambda: None, lambda: 2**40, lambda: "12", lambda: "x", lambda: True, lambda: 1.5, lambda: Decimal(3)],
    "ratio": [lambda: 1, lambda: float("nan"), lambda: -0.0, lambda: "0.25", lambda: 10**400, lambda: 1e16],
    "flag": [lambda: 0, lambda: "yes", lambda: None],
    "big": [lambda: 2**63, lambda: "text", lambda: 10**30],
    "text": [lambda: "\ud800", lambda: {"a": 1}, lambda: None, lambda: ValueError("bad text")],
    "value": [lambda: None, lambda: [1, {"b": None}], lambda: 1.5, lambda: Later({"c": 1}), lambda: RuntimeError("v")],
    "when": [
        lambda: None,
        lambda: datetime(2024, 1, 2),
        lambda: datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=2, minutes=30))),
        lambda: datetime(2024, 1, 2, tzinfo=timezone(timedelta(hours=1, seconds=30))),
        lambda: datetime(1, 1, 1, tzinfo=UTC),
        lambda: datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        lambda: "2024-01-02",
    ],
    "instant": [
        lambda: None,
        lambda: datetime(2024, 1, 2),
        lambda: datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
        str,
    ],
    "colour": [lambda: None, lambda: "red", lambda: "green"],
    "tags": [lambda: None, list, lambda: "text", lambda: ("a", "b"), lambda: ["a", None], lambda: ["a", 1], lambda: 5],
    "gaps": [lambda: None, lambda: [None, None], lambda: ["a", ValueError("in a list")], lambda: ["a", Later("b")]],
    "grid": [lambda: [[1, None]], lambda: [None], lambda: [(1, 2)], lambda: [["x"]]],
    "part": [lambda: None, lambda: Shy(), lambda: {"size": 1}, lambda: ValueError("no part"), lambda: Later(Part())],
    "needed_part": [lambda: None, lambda: Part(size="big"), lambda: Part(colours=[None])],  # type: ignore[arg-type,list-item]
    "parts": [lambda: [Part(), None], lambda: [Part(), ValueError("part")], list, lambda: (Part(),)],
    "friend": [lambda: Owner(name="f"), Shy, lambda: Item(name="i"), lambda: Later(Owner(name="f"))],
    "holder": [
        lambda: Holder(item=Item(name="held")),
        lambda: Holder(item=None),  # type: ignore[arg-type]
        lambda: Holder(item=Shy()),  # type: ignore[arg-type]
    ],
    "holders": [
        lambda: [[Holder(item=Item(name="a")), Holder(item=Item(name="b"))], None, []],
        lambda: [[Holder(item=Item(name="a")), None]],
        lambda: [(Holder(item=Item(name="a")),)],
    ],
    "thing": [lambda: Owner(name="o"), lambda: Item(name="i"), Shy],
    "row": [lambda: Row(title=None), lambda: Row(note="n"), lambda: Row(note=7), lambda: None],
}
