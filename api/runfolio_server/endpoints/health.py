"""`/healthz`: the process lives. `/readyz`: it can answer requests.

Readiness has a connection of its own: one caller's slow requests must not have a container's health check restart the
server for all.
"""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runfolio_server.endpoints.answers import answering_errors, json_response
from runfolio_server.settings import Settings
from runfolio_server.sql.identity.users import COUNT_USERS
from runfolio_server.sql.pool import Database, open_database
from runfolio_server.sql.pooled import way_of


class Readiness:
    """Asks PostgreSQL whether it is there; who comes meanwhile gets the same answer, so that many cost one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database: Database | None = None
        self._asking: asyncio.Task[None] | None = None

    async def check(self) -> None:
        """Raises Unavailable when PostgreSQL does not answer."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        await asyncio.shield(self._asking)

    async def close(self) -> None:
        """Close the connection."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        if self._database is not None:
            await self._database.close()

    async def _ask(self) -> None:
        if self._database is None:
            wait_s = self._settings.pool_wait_s
            self._database = await open_database(
                self._settings.database_url,
                size=1,
                wait_s=wait_s,
                statement_timeout_s=wait_s,
                by=way_of(is_pooled=self._settings.is_pooled),
            )
        async with self._database.connection() as connection:
            await connection.row(COUNT_USERS)


async def healthz(_: Request) -> Response:
    """200 while the process runs."""
    return json_response({"status": "alive"})


async def readyz(request: Request) -> Response:
    """200 while PostgreSQL answers, else 503."""
    readiness: Readiness = request.app.state.readiness
    await readiness.check()
    return json_response({"status": "ready"})


health_routes = [Route("/healthz", healthz), Route("/readyz", answering_errors(readyz))]
