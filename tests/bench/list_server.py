"""The application with its floors beside it, in a process of its own: what list_page.py measures.

`/floor/list` and `/floor/nested` do the least for the same data: fetch the columns, build dicts, orjson. `/cpu` answers
the processor time that the process has used, in seconds.
"""

from __future__ import annotations

import socket
import sys
import time

import asyncpg
import orjson
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from runfolio_server.app import create_app
from runfolio_server.settings import read_settings

LIST = """
SELECT run_id::text AS id, name, display_name AS "displayName", state, tags, group_name AS "group",
  job_type AS "jobType", notes, config_text AS config, summary_text AS "summaryMetrics", sweep_name AS "sweepName",
  host, created_at AS "createdAt", heartbeat_at AS "heartbeatAt", stop_requested AS "stopRequested"
FROM runs
WHERE project_id = $1 AND deleted_at IS NULL
ORDER BY created_at, runs.run_id
LIMIT 1000
"""
NESTED = """
SELECT name, sweep_name, project_id, created_by
FROM runs
WHERE project_id = $1 AND deleted_at IS NULL
ORDER BY created_at, run_id
LIMIT 1000
"""
USERS = "SELECT user_id, e.name AS username FROM users JOIN entities AS e USING (entity_id) WHERE user_id = ANY ($1)"
PROJECTS = "SELECT project_id, entity_id, name FROM projects WHERE project_id = ANY ($1)"
ENTITIES = "SELECT entity_id, name FROM entities WHERE entity_id = ANY ($1)"


async def floor_pool(request: Request) -> asyncpg.Pool[asyncpg.Record]:
    """Connections of the floors' own, opened by the first request."""
    state = request.app.state
    if not hasattr(state, "floor_pool"):
        state.floor_pool = await asyncpg.create_pool(request.app.state.settings.database_url, min_size=1, max_size=2)
    found: asyncpg.Pool[asyncpg.Record] = state.floor_pool
    return found


def json_response(content: object) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(content), media_type="application/json")


async def floor_list(request: Request) -> Response:
    """1,000 runs × 15 fields."""
    pool = await floor_pool(request)
    rows = await pool.fetch(LIST, int(request.query_params["project"]))
    return json_response([dict(row) for row in rows])


async def floor_nested(request: Request) -> Response:
    """1,000 runs with their user, project and entity."""
    pool = await floor_pool(request)
    rows = await pool.fetch(NESTED, int(request.query_params["project"]))
    users = {row[0]: row[1] for row in await pool.fetch(USERS, list({row["created_by"] for row in rows}))}
    projects = {row[0]: row for row in await pool.fetch(PROJECTS, list({row["project_id"] for row in rows}))}
    owners = list({row["entity_id"] for row in projects.values()})
    entities = {row[0]: row[1] for row in await pool.fetch(ENTITIES, owners)}
    return json_response(
        [
            {
                "name": row["name"],
                "sweepName": row["sweep_name"],
                "user": {"username": users[row["created_by"]]},
                "project": {
                    "name": projects[row["project_id"]]["name"],
                    "entity": {"name": entities[projects[row["project_id"]]["entity_id"]]},
                },
            }
            for row in rows
        ]
    )


async def cpu(_: Request) -> Response:
    """Processor time used so far, in seconds."""
    return PlainTextResponse(repr(time.process_time()))


def main(database_url: str, data_dir: str, descriptor: str) -> None:
    """Serve on a listening socket inherited from the parent."""
    app = create_app(read_settings({}, database_url=database_url, data_dir=data_dir))
    # Before the application's own: the last of these takes every path of two parts for a project's.
    app.router.routes[:0] = [Route("/floor/list", floor_list), Route("/floor/nested", floor_nested), Route("/cpu", cpu)]
    # Not by `fd=`: uvicorn takes that for a Unix socket, and small answers then wait 40 ms for Nagle's algorithm.
    listening = socket.socket(fileno=int(descriptor))
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
