"""A filter that takes PostgreSQL some hundred times as long as anything else here, and a project that it is slow on."""

from __future__ import annotations

import json

from runfolio_server.sql.pool import Connection

RUNS = 20
CHARACTERS = 2_000_000
# Each pattern goes over the whole text of each run and finds nothing: 20 runs take half a minute.
SLOW_FILTER = json.dumps({"$or": [{"config.text": {"$regex": f"x{number}(.*y.?){{9}}z"}} for number in range(30)]})
_FILL = """
INSERT INTO runs (run_id, project_id, name, display_name, state, group_name, created_by, created_at, config)
SELECT md5(project_id::text || n)::uuid, project_id, 'run' || n, 'Run', 'finished', 'g', created_by,
  timestamptz '2026-01-01' + n * interval '1 second', jsonb_build_object('n', n, 'text', repeat('x1', %d))
FROM projects, generate_series(1, %d) AS n WHERE projects.project_id = %d
"""


async def fill_with_long_texts(connection: Connection, project_id: int) -> None:
    """Runs of group `g` in this project, of which each has a text that is long to search."""
    await connection.script(_FILL % (CHARACTERS // 2, RUNS, project_id))
