"""The requests of trouble.py in whole columns: the same lines through appendHistory's `columns`.

Blocks of at least 256 rows reach chunks at once, shorter ones the tail: a load for it needs both.
"""

from __future__ import annotations

from typing import Any

from tests.faults.load import Load
from tests.faults.trouble import Request, append_input
from tests.sent_columns import columns_input


def append_columns_input(load: Load, request: Request, run_id: str) -> dict[str, Any]:
    """The input of appendHistory; see trouble.append_input."""
    (block,) = request.blocks
    found = append_input(load, request, run_id)
    del found["jsonLines"]
    rows = [load.line(block.stream, block.process, line) for line in range(block.first, block.past_last)]
    return {**found, "columns": columns_input(rows)}
