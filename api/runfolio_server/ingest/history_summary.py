"""The summary that a run's history comes to: for one that was rewound, whose own was that of the rows cut off.

Called by graph/ through actions/runs/rewind.py. It is what the run's process would have sent after its last row: the
last value of each key, and what its metrics ask for. What somebody set by hand is not in the history.
"""

from __future__ import annotations

import math
from typing import Any, Final
from uuid import UUID

from runfolio_server.domain import json_text
from runfolio_server.heavy_threads import in_thread
from runfolio_server.history.reading.keys import list_keys
from runfolio_server.history.reading.scan import scan
from runfolio_server.ingest.derived_summary import RUNTIME_KEY, STREAM, MetricRule, join_rows, values_of_rules
from runfolio_server.ingest.parse import INTERNAL_KEY, metric_rules
from runfolio_server.sql.pool import Database

ROWS_OF_STEP: Final = 1000
"""Rows of one step, which is one row as a rule."""


async def summary_of_history(database: Database, run_id: UUID, config_text: str) -> str:
    """The summary as JSON text. A statement for each step that is the last one of some key: most keys share one."""
    rules = metric_rules(json_text.parse(config_text.encode()))
    steps = sorted({key.last_step for key in (await list_keys(database, [run_id], STREAM))[run_id]})
    summary: dict[str, Any] = {}
    for step in steps:
        past = math.nextafter(step, math.inf)
        page = await scan(database, run_id, STREAM, min_step=step, max_step=past, limit=ROWS_OF_STEP)
        summary = await in_thread(_with_rows, summary, page.rows, rules)
    values, left_out = await values_of_rules(database, run_id, rules, is_end=True)
    summary = {key: value for key, value in summary.items() if key not in {found.name for found in left_out}} | values
    runtime = summary.get(RUNTIME_KEY)
    if isinstance(runtime, int | float) and math.isfinite(runtime):
        summary[INTERNAL_KEY] = {"runtime": int(runtime)}
    return json_text.dump(summary)


def _with_rows(summary: dict[str, Any], rows: list[str], rules: list[MetricRule]) -> dict[str, Any]:
    return join_rows(summary, [json_text.parse(row.encode()) for row in rows], rules)
