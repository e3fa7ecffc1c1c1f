"""What filters and orders of runs may name, for a front-end that offers it."""

from __future__ import annotations

from enum import Enum

import strawberry

from runfolio_server.filters.language.field_table import FieldTable
from runfolio_server.filters.language.fields import Column
from runfolio_server.filters.language.operators import FieldKind, operators_of


@strawberry.enum(description="What the values of a field are.")
class RunFieldType(Enum):
    """A kind of the filter language."""

    TEXT = strawberry.enum_value("TEXT", description="Text.")
    TAGS = strawberry.enum_value("TAGS", description="A list of texts, which is a set.")
    TIME = strawberry.enum_value("TIME", description="A moment.")
    NUMBER = strawberry.enum_value("NUMBER", description="A number.")
    BOOLEAN = strawberry.enum_value("BOOLEAN", description="True or false.")
    JSON = strawberry.enum_value("JSON", description="Any JSON value.")
    PRESENCE = strawberry.enum_value("PRESENCE", description="It is there or it is not.")


@strawberry.type(description="A field that filters of runs may name.")
class RunField:
    """One row of FieldTable."""

    name: str = strawberry.field(description="Its name; `<key>` and `<tag>` in it stand for any key and any tag.")
    aliases: list[str] = strawberry.field(description="Other names of it.")
    type: RunFieldType = strawberry.field(description="What its values are.")
    operators: list[str] = strawberry.field(description="The operators that may stand under it.")
    values: list[str] = strawberry.field(description="The only values that there are; empty: any.")
    is_sortable: bool = strawberry.field(description="Whether orders and groups may name it too.")


def run_fields(table: FieldTable) -> list[RunField]:
    """Every field that may be named, in the order in which a mistake lists them."""
    columns = {column.name: column for column in table.columns}
    return [_field(table, name, columns.get(name)) for name in table.allowed]


def _field(table: FieldTable, name: str, column: Column | None) -> RunField:
    kind = table.find(name, name).kind
    return RunField(
        name=name,
        aliases=[] if column is None else list(column.aliases),
        type=_TYPES[kind],
        operators=list(operators_of(kind)),
        values=[] if column is None else list(column.values),
        is_sortable=column is None or column.is_value,
    )


_TYPES = {kind: RunFieldType[kind.name] for kind in FieldKind}
