"""Two hundred clients at once, on ten connections: what each user gets, and what is told beyond that.

Clients that say half of a head, or a body that never ends, are there all the while. First everybody lists runs again
and again; then the table of projects is locked, so that whoever gets a connection holds it for as long.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import httpx
import msgspec

from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.pool import Database, open_database
from tests.bench.whole_server import WholeServer
from tests.load.crowd_found import CrowdFound, Stretch
from tests.load.honest import RUNS
from tests.load.silent_clients import silent_clients

USERS = 20
SILENT = 200
TIMEOUT_S = 120.0
HEALTH_EVERY_S = 0.1
AGAIN = (429, 503)
PROJECT = "p"
MAKE_USER = "mutation($u: String!) { createUser(input: {username: $u, email: null}) { user { id } } }"
MAKE_KEY = "mutation($u: String!) { generateApiKey(input: {username: $u}) { apiKey { name } } }"
MAKE_RUN = 'mutation($r: String!) { createRun(input: {projectName: "p", name: $r}) { run { id } } }'


@dataclass(frozen=True)
class Clients:
    """Whose each of them is, a user as often as they have clients; the keys; and what all of them speak through."""

    users: list[str]
    keys: dict[str, str]
    http: httpx.AsyncClient


class CountRow(msgspec.Struct, frozen=True):
    """How many."""

    count: int


LOCK_PROJECTS = Query("lock_projects", "LOCK TABLE projects IN ACCESS EXCLUSIVE MODE", NoRow)
COUNT_CONNECTIONS = Query(
    "count_connections",
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'runfolio'"
    " AND pid <> pg_backend_pid()",
    CountRow,
)
COUNT_BUSY = Query("count_busy", f"{COUNT_CONNECTIONS.sql} AND state <> 'idle'", CountRow)


async def crowd(server: WholeServer, clients: int, pool: int, seconds: float, *, runs: int = 20) -> CrowdFound:
    """Make users with so many runs each, measure for so many seconds, and once each beyond capacity.

    `pool` is how many connections to PostgreSQL the server has.
    """
    found = CrowdFound()
    keys = await _make_users(server, runs)
    users = [*keys] * (clients // len(keys))
    database = await open_database(server.database_url, size=2, wait_s=10, statement_timeout_s=600)
    try:
        async with silent_clients(server.base_url, SILENT), _connection(server) as http:
            connected = Clients(users, keys, http)
            await _all(found.again, connected, RUNS)
            found.again = Stretch()
            found.connections.append(await _count(database, COUNT_CONNECTIONS))
            await _stretch(found.busy, server, connected, RUNS, seconds)
            async with database.transaction() as locking:
                await locking.execute(LOCK_PROJECTS)
                waiting = asyncio.create_task(_stretch(found.beyond, server, connected, RUNS))
                # Until all but those who hold a connection are answered.
                while found.beyond.answers < clients - pool and not waiting.done():  # noqa: ASYNC110 - others count
                    await asyncio.sleep(0.05)
            await waiting
            await _all(found.again, connected, RUNS)
        found.connections += [await _count(database, COUNT_CONNECTIONS), await _count(database, COUNT_BUSY)]
    finally:
        await database.close()
    return found


async def _stretch(
    stretch: Stretch, server: WholeServer, clients: Clients, document: str, seconds: float = 0.0
) -> None:
    """Each client asks once, and again for so many seconds; and somebody asks whether the server is well."""
    end = time.monotonic() + seconds

    async def ask(user: str) -> None:
        response = await _ask(stretch, clients, user, document)
        while time.monotonic() < end:
            if response.status_code in AGAIN:
                await asyncio.sleep(float(response.headers.get("Retry-After", 1)))
            response = await _ask(stretch, clients, user, document)

    async with asyncio.TaskGroup() as group, httpx.AsyncClient(base_url=server.base_url, timeout=TIMEOUT_S) as http:
        asking = [group.create_task(ask(user)) for user in clients.users]
        while not all(task.done() for task in asking):
            for path in ("/healthz", "/readyz"):
                begin = time.monotonic()
                response = await http.get(path)
                stretch.health_s.append(time.monotonic() - begin)
                if response.status_code != 200:
                    stretch.broken.append(f"{path} {response.status_code}")
            await asyncio.sleep(HEALTH_EVERY_S)


async def _all(stretch: Stretch, clients: Clients, document: str) -> None:
    """Each client asks until it is answered, as it is told to."""

    async def ask(user: str) -> None:
        while True:
            response = await _ask(stretch, clients, user, document)
            if response.status_code not in AGAIN:
                return
            await asyncio.sleep(float(response.headers.get("Retry-After", 1)))

    await asyncio.gather(*map(ask, clients.users))


async def _ask(stretch: Stretch, clients: Clients, user: str, document: str) -> httpx.Response:
    begin = time.monotonic()
    variables = {"entity": user, "project": PROJECT}
    body = {"query": document, "variables": variables}
    headers = {"Authorization": f"Bearer {clients.keys[user]}"}
    response = await clients.http.post("/graphql", json=body, headers=headers)
    stretch.take(user, response, time.monotonic() - begin)
    return response


async def _make_users(server: WholeServer, runs: int) -> dict[str, str]:
    keys = {}
    async with _connection(server, server.key) as admin:
        for number in range(USERS):
            user = f"user-{number}"
            await admin.post("/graphql", json={"query": MAKE_USER, "variables": {"u": user}})
            made = await admin.post("/graphql", json={"query": MAKE_KEY, "variables": {"u": user}})
            keys[user] = made.json()["data"]["generateApiKey"]["apiKey"]["name"]
            async with _connection(server, keys[user]) as http:
                for run in range(runs):
                    variables = {"r": f"run-{run}"}
                    (await http.post("/graphql", json={"query": MAKE_RUN, "variables": variables})).raise_for_status()
    return keys


def _connection(server: WholeServer, key: str = "") -> httpx.AsyncClient:
    """As many connections as there are requests at once."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    limits = httpx.Limits(max_connections=None)
    return httpx.AsyncClient(base_url=server.base_url, headers=headers, timeout=TIMEOUT_S, limits=limits)


async def _count(database: Database, query: Query[CountRow]) -> int:
    async with database.connection() as connection:
        row = await connection.row(query)
    assert row is not None
    return row.count
