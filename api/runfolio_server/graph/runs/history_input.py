"""The input of whole columns, for appendHistory: what a client that has arrays sends in place of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry
from strawberry.types import get_object_definition
from strawberry.types.arguments import InputContext

from runfolio_server.graph.relay.scalars import Base64, JSONString
from runfolio_server.ingest.column_input import SentColumn


@strawberry.input(description="A column of a run's history: its key, and either numbers, integers or values.")
class HistoryColumnInput:
    """One column."""

    key: str = strawberry.field(description="The key, each once; one of more than 2,000 bytes is left out.")
    numbers: Base64 | None = strawberry.field(
        default=strawberry.UNSET, description="Floats: 8 bytes each, IEEE 754 binary64, little-endian."
    )
    integers: Base64 | None = strawberry.field(
        default=strawberry.UNSET, description="Integers: 8 bytes each, two's complement, little-endian."
    )
    values: JSONString | None = strawberry.field(
        default=strawberry.UNSET, description="Anything: one JSON array. Numbers in it keep their kind: 2 or 2.0."
    )
    present: Base64 | None = strawberry.field(
        default=strawberry.UNSET,
        description="Which rows have the key: row i is bit i % 8, from the least significant, of byte i / 8. The "
        "column then has values for these rows only. Null: all have it.",
    )

    def sent(self) -> SentColumn:
        """The column for ingest, absent parts as None."""
        parts = (self.numbers, self.integers, self.values, self.present)
        # An empty text is given: no row has the key.
        return SentColumn(self.key, *(part if isinstance(part, str) else None for part in parts))


@strawberry.input(
    description="Rows as columns. A column of another shape refuses all; what is not kept of a row is left out."
)
class HistoryColumnsInput:
    """Columns of the same length."""

    count: int = strawberry.field(description="How many rows, 1 to 500,000.")
    columns: list[HistoryColumnInput] = strawberry.field(
        description="1 to 5,000 columns. `_step` is numbers or integers; without it a row counts as its number."
    )


def _columns_input(
    of_type: type[HistoryColumnsInput], value: Mapping[str, Any], context: InputContext
) -> HistoryColumnsInput:
    """The input, made at once: strawberry takes 80 microseconds for each of thousands of columns, on the loop."""
    del context
    return of_type(count=value["count"], columns=[HistoryColumnInput(**column) for column in value["columns"]])


get_object_definition(HistoryColumnsInput, strict=True).from_input = _columns_input
