"""Rows as the columns that appendHistory takes: numbers where all are floats, integers likewise, else values."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

INT64 = range(-(2**63), 2**63)


def columns_input(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The input `columns` of these rows."""
    keys = dict.fromkeys(key for row in rows for key in row)
    return {"count": len(rows), "columns": [column_input(rows, key) for key in keys]}


def column_input(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, Any]:
    """One column; a row without the key is not present."""
    values = [row[key] for row in rows if key in row]
    types = set(map(type, values))
    column: dict[str, Any] = {"key": key}
    if types == {float}:
        column["numbers"] = base64.b64encode(struct.pack(f"<{len(values)}d", *values)).decode()
    elif types == {int} and all(value in INT64 for value in values):
        column["integers"] = base64.b64encode(struct.pack(f"<{len(values)}q", *values)).decode()
    else:
        column["values"] = json.dumps(values)
    if len(values) < len(rows):
        bits = sum(1 << index for index, row in enumerate(rows) if key in row)
        column["present"] = base64.b64encode(bits.to_bytes((len(rows) + 7) // 8, "little")).decode()
    return column
