"""A project as a DataFrame in a process of its own: through the client, or the least way. Started by scale.py.

The floor reads the same documents by asyncpg, a batch at a time, parses them with orjson and appends to one list per
column, of which it makes the DataFrame. Prints JSON: seconds, the most memory ever resident and the size of the table
in megabytes, and something of what was found.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import orjson
import pandas as pd

from runfolio import Api

FLOOR = """
SELECT name, display_name, state, tags, group_name, job_type, notes, sweep_name, created_at, heartbeat_at,
  config_text, summary_text
FROM runs
WHERE project_id = $1 AND deleted_at IS NULL
ORDER BY created_at, run_id
"""
ATTRIBUTES = (
    "name display_name state tags group_name job_type notes sweep_name created_at heartbeat_at".split()
)  # fmt: skip
BATCH = 2000


def ours(base_url: str, key: str, project: str) -> pd.DataFrame:
    """Through the client."""
    with Api(base_url, key) as api:
        return api.runs(f"ada/{project}").to_pandas()


def floor(database_url: str, project: str) -> pd.DataFrame:
    """Through asyncpg."""
    return asyncio.run(_floor(database_url, int(project)))


async def _floor(database_url: str, project: int) -> pd.DataFrame:
    columns: dict[str, list[object]] = {name: [] for name in ATTRIBUTES}
    count = 0
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        cursor = await connection.cursor(FLOOR, project)
        while records := await cursor.fetch(BATCH):
            for record in records:
                values = {name: record[name] for name in ATTRIBUTES}
                for name, entry in orjson.loads(record["config_text"]).items():
                    values[f"config.{name}"] = entry["value"]
                for name, value in orjson.loads(record["summary_text"]).items():
                    values[f"summary.{name}"] = value
                for name, value in values.items():
                    column = columns.get(name)
                    if column is None:
                        column = columns[name] = []
                    if len(column) < count:
                        column.extend([None] * (count - len(column)))
                    column.append(value)
                count += 1
    await connection.close()
    for column in columns.values():
        column.extend([None] * (count - len(column)))
    return pd.DataFrame(columns)


def main(kind: str, *arguments: str) -> None:
    """Make the table and tell."""
    start = time.perf_counter()
    make: Callable[..., pd.DataFrame] = ours if kind == "ours" else floor
    frame = make(*arguments)
    seconds = time.perf_counter() - start
    peak = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert peak is not None
    told = [len(frame), float(frame["summary.acc"].sum()), float(frame["config.lr"].iloc[-1])]
    table_mb = float(frame.memory_usage(deep=True).sum()) / 1e6
    print(json.dumps({"seconds": seconds, "peak_mb": int(peak[1]) / 1000, "table_mb": table_mb, "told": told}))


if __name__ == "__main__":
    main(*sys.argv[1:])
