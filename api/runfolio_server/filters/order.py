"""The order of a list of runs, from text to keys. Called by graph/ for `order`; order_sql.py makes SQL of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runfolio_server.errors import AppError
from runfolio_server.filters.fields import CREATED_AT, Field, find_field
from runfolio_server.filters.limits import ORDER_MAX_BYTES, ORDER_MAX_KEYS
from runfolio_server.filters.shown import shown_name

# A comma inside the quotes of `config["a,b"]` belongs to the key.
_KEY = re.compile(r"""(?:\["(?:[^"\\]|\\.)*"\]|\['(?:[^'\\]|\\.)*'\]|[^,])+""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One field to sort by; `text` is how it was written, with its sign."""

    field: Field
    is_descending: bool
    text: str


@dataclass(frozen=True, slots=True)
class Order:
    """The keys, the first one deciding first; never empty."""

    keys: tuple[OrderKey, ...]


DEFAULT_ORDER = Order((OrderKey(CREATED_AT, is_descending=False, text="+created_at"),))


def parse_order(text: str | None) -> Order:
    """The keys of an `order` argument such as `-summary_metrics.loss,+name`; null and empty mean `+created_at`.

    No sign means ascending. Raises AppError with the place of a mistake and what is allowed there.

    >>> [(key.text, key.is_descending) for key in parse_order('-state, name').keys]
    [('-state', True), ('+name', False)]
    """
    if text is None or not text.strip():
        return DEFAULT_ORDER
    if len(text) > ORDER_MAX_BYTES or len(text.encode(errors="replace")) > ORDER_MAX_BYTES:
        raise AppError(
            f"order has {len(text)} characters; allowed: {ORDER_MAX_BYTES} bytes",
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
        field = find_field(name, f"{path}.{shown_name(name)}" if name else path)
        if any(key.field == field for key in keys):
            raise AppError(
                f"{shown_name(name)} stands twice in order, again at {path}; allowed: each field once",
                path=path,
                allowed=("each field once",),
            )
        keys.append(OrderKey(field, sign == "-", sign + name))
    return Order(tuple(keys))


def _split(text: str) -> list[str]:
    parts = []
    end = 0
    while True:
        match = _KEY.match(text, end)
        parts.append(match[0].strip() if match else "")
        end = match.end() if match else end
        if end >= len(text):
            return parts
        end += 1
