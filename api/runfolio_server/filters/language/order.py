"""The order of a list, from text to keys, or an error that says where. order_sql.py makes SQL of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from runfolio_server.domain.dotted_key import SPACE_AT_END
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import name_excerpt
from runfolio_server.filters.language.field_table import FieldTable
from runfolio_server.filters.language.fields import Field
from runfolio_server.filters.limits import ORDER_MAX_BYTES, ORDER_MAX_KEYS

Place = Sequence[str | None]
"""Where a row stands in an order: one text for each term of it, null where it has none. What a cursor carries."""

# A comma inside the quotes of `config["a,b"]` belongs to the key, and so does one behind a backslash.
_KEY = re.compile(r"""(?:\["(?:[^"\\]|\\.)*"\]|\['(?:[^'\\]|\\.)*'\]|\\,|[^,])+""", re.DOTALL)
_IN_BRACKETS = re.compile(r"[+-]?(?:\w+|keys_?[iI]nfo\.keys)\[")


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One field to sort by; `text` is how it was written, with its sign."""

    field: Field
    is_descending: bool
    text: str


@dataclass(frozen=True, slots=True)
class Order:
    """The keys, the first one deciding first, never none; and the table whose default and key make it total."""

    keys: tuple[OrderKey, ...]
    table: FieldTable

    @property
    def fields(self) -> tuple[Field, ...]:
        """The field of each key."""
        return tuple(key.field for key in self.keys)


def default_order(table: FieldTable) -> Order:
    """The order of lists for which none is asked."""
    return Order((OrderKey(table.default, is_descending=False, text=f"+{table.default.name}"),), table)


def parse_order(text: str | None, table: FieldTable) -> Order:
    """The keys of an `order` argument such as `-summary_metrics.loss,+name`; null and empty mean the table's default.

    No sign means ascending. Raises AppError with the place of a mistake and what is allowed there.

    >>> from runfolio_server.filters.run_fields import RUN_FIELDS
    >>> [(key.text, key.is_descending) for key in parse_order('-state, name', RUN_FIELDS).keys]
    [('-state', True), ('+name', False)]
    """
    if text is None or not text.strip():
        return default_order(table)
    size = len(text.encode(errors="replace"))
    if size > ORDER_MAX_BYTES:
        raise AppError(
            f"order has {size} bytes; allowed: {ORDER_MAX_BYTES}",
            path="order",
            allowed=(f"{ORDER_MAX_BYTES} bytes",),
        )
    keys: list[OrderKey] = []
    parts = _split(text)
    if len(parts) > ORDER_MAX_KEYS:
        raise AppError(
            f"order has {len(parts)} keys; allowed: {ORDER_MAX_KEYS}", path="order", allowed=(f"{ORDER_MAX_KEYS} keys",)
        )
    for number, part in enumerate(parts):
        path = f"order[{number}]"
        sign, name = (part[0], part[1:]) if part[:1] in ("+", "-") else ("+", part)
        field = table.find_value(name, f"{path}.{name_excerpt(name)}" if name else path)
        if any(key.field == field for key in keys):
            raise AppError(
                f"{name_excerpt(name)} stands twice in order, again at {path}; allowed: each field once",
                path=path,
                allowed=("each field once",),
            )
        keys.append(OrderKey(field, sign == "-", sign + name))
    return Order(tuple(keys), table)


def _split(text: str) -> list[str]:
    parts = []
    end = 0
    while True:
        match = _KEY.match(text, end)
        part = match[0].strip(SPACE_AT_END) if match else ""
        parts.append(part if _IN_BRACKETS.match(part) else part.replace("\\,", ","))
        end = match.end() if match else end
        if end >= len(text):
            return parts
        end += 1
