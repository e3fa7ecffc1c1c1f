"""Two ways to say how a field is read, so that lists are quick: from a column of the row, or for many objects at once.

The types of graph/ use both; selection_compiler.py compiles them. executor.py says why.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import strawberry
from strawberry.types.field import StrawberryField

from runfolio_server.graph.relay.node_ids import encode_node_id

COLUMN = "column"
READS = "reads"
BATCH = "batch"

# (objects, Context) → one value per object, in their order. The objects are of one type and not null.
BatchResolver: TypeAlias = Callable[[list[Any], Any], Awaitable[list[Any]]]


def column(name: str, description: str) -> Any:
    """A field that is this column of the object's `row`: making the object then costs nothing per field.

    Its type is the annotation: `group: str | None = column("group_name", "…")`.
    """
    return strawberry.field(
        resolver=lambda self: getattr(self.row, name), description=description, metadata={COLUMN: name}
    )


def reads(*columns: str) -> Mapping[str, tuple[str, ...]]:
    """Metadata of a field whose resolver reads these columns of the object's `row`: lists leave out what nobody reads.

    Long columns of runs have to be named, other columns are always there.
    """
    return {READS: columns}


def columns_of(field: StrawberryField) -> frozenset[str]:
    """The columns of the object's `row` that a field says it reads."""
    column = field.metadata.get(COLUMN)
    return frozenset(field.metadata.get(READS, ())) | (frozenset() if column is None else {column})


def node_id(type_name: str, key: str) -> Any:
    """The `id` of a type whose key is this column of its `row`."""
    return strawberry.field(
        resolver=lambda self: encode_node_id(type_name, getattr(self.row, key)),
        description="Opaque and permanent; unique among all objects.",
    )


def batch_field(batch: BatchResolver) -> Mapping[str, BatchResolver]:
    """Metadata of a field without arguments: on a list, call `batch` once and not the resolver for each item.

    NOTE: both must answer the same. The resolver is best `return (await batch([self], info.context))[0]`, and `batch`
    best asks a loader: one that has loaded a key, or failed to, does not ask the database again in this request.
    """
    return {BATCH: batch}
