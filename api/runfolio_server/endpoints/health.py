"""`/healthz`: the process lives. `/readyz`: it can answer requests."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runfolio_server.endpoints.answers import answering_errors, json_response
from runfolio_server.sql.identity.users import COUNT_USERS
from runfolio_server.sql.pool import Database


async def healthz(_: Request) -> Response:
    """200 while the process runs."""
    return json_response({"status": "alive"})


async def readyz(request: Request) -> Response:
    """200 while PostgreSQL answers, else 503."""
    database: Database = request.app.state.database
    async with database.connection() as connection:
        await connection.row(COUNT_USERS)
    return json_response({"status": "ready"})


health_routes = [Route("/healthz", healthz), Route("/readyz", answering_errors(readyz))]
