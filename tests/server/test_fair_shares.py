"""One caller takes connections from nobody: shares by user and key, and an end to what is asked by who has hung up.

A lock on the table of console lines holds whoever reads them for as long as a test likes, and nobody else.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import msgspec
import pytest

from runfolio_server.settings import read_settings
from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.pool import Database
from runfolio_server.sql.turns import Purpose, Shares
from tests.live_server import LiveServer

pytestmark = pytest.mark.anyio

POOL = read_settings({}).pool_size
SHARES = Shares.of(Purpose.READ, POOL)
PARTS = 25


class CountRow(msgspec.Struct, frozen=True):
    """How many."""

    count: int


LOCK_CONSOLE = Query("lock", "LOCK TABLE console_line IN ACCESS EXCLUSIVE MODE", NoRow)
COUNT_WAITING = Query(
    "count_waiting",
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    CountRow,
)
COUNT_CONNECTIONS = Query(
    "count_connections",
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'runfolio'",
    CountRow,
)
LOCK_RUN = Query("lock_run", "SELECT 1 FROM runs WHERE name = $1 FOR UPDATE", CountRow)

READ = {"query": '{ project(name: "p") { runs { edges { node { name } } } } }'}
FIELDS = " ".join(f"a{number}: consoleLines(first: {number + 1}) {{ lines {{ line }} }}" for number in range(PARTS))
SLOW = {"query": f'{{ project(name: "p") {{ run(name: "r") {{ {FIELDS} }} }} }}'}
CHANGE = 'mutation { updateRun(input: {id: "%s", notes: "changed"}) { run { notes } } }'
NOTES = {"query": '{ project(name: "p") { run(name: "r") { notes } } }'}
MAKE_USER = 'mutation { createUser(input: {username: "%s", email: null}) { user { id } } }'
MAKE_KEY = 'mutation { generateApiKey(input: {username: "%s"}) { apiKey { name } } }'


@dataclass(frozen=True)
class Caller:
    """A client of the live server, with a key."""

    http: httpx.AsyncClient

    async def ask(self, body: dict[str, str]) -> httpx.Response:
        """Post a document."""
        return await self.http.post("/graphql", json=body)

    async def log(self, owner: str, offset: int) -> httpx.Response:
        """Send a batch to the owner's run."""
        lines = [json.dumps({"_step": offset, "loss": 0.5})]
        body = {"files": {"wandb-history.jsonl": {"offset": offset, "content": lines}}}
        return await self.http.post(f"/files/{owner}/p/r/file_stream", json=body)

    async def print_a_line(self, owner: str) -> None:
        """Send a line of output of the owner's run: whoever reads that of a run without any looks into no table."""
        body = {"files": {"output.log": {"offset": 0, "content": ["x"]}}}
        (await self.http.post(f"/files/{owner}/p/r/file_stream", json=body)).raise_for_status()

    async def start_run(self) -> str:
        """Make the run `r` of the project `p`; its node id."""
        made = await self.ask({"query": 'mutation { createRun(input: {projectName: "p", name: "r"}) { run { id } } }'})
        found: str = made.json()["data"]["createRun"]["run"]["id"]
        return found


@asynccontextmanager
async def caller(server: LiveServer, key: str) -> AsyncIterator[Caller]:
    async with httpx.AsyncClient(
        base_url=server.base_url, headers={"Authorization": f"Bearer {key}"}, timeout=120, limits=httpx.Limits()
    ) as http:
        yield Caller(http)


@pytest.fixture(scope="module")
async def keys(live_server: LiveServer) -> dict[str, list[str]]:
    """Two keys of each user, who has a run with a row."""
    found: dict[str, list[str]] = {"ada": [], "eve": [], "bob": []}
    async with caller(live_server, live_server.api_key) as ada:
        for user, made in found.items():
            if user != "ada":
                await ada.ask({"query": MAKE_USER % user})
            for _ in range(2):
                answer = await ada.ask({"query": MAKE_KEY % user})
                made.append(answer.json()["data"]["generateApiKey"]["apiKey"]["name"])
    for user, (key, _) in found.items():
        async with caller(live_server, key) as one:
            await one.start_run()
            assert 200 == (await one.log(user, 0)).status_code
            await one.print_a_line(user)
    return found


@asynccontextmanager
async def held(
    server: LiveServer, database: Database, keys: list[str], requests: int, most: int
) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Requests by these keys whose parts wait in PostgreSQL, `most` of them; how many wait there at any time.

    They hang up at the end, before the lock is released.
    """
    async with database.connection() as watching, database.transaction() as locking:
        await locking.execute(LOCK_CONSOLE)

        async def waiting() -> int:
            row = await watching.row(COUNT_WAITING)
            return row.count if row else 0

        async with asyncio.TaskGroup() as group:
            contexts = [caller(server, key) for key in keys]
            callers = [await context.__aenter__() for context in contexts]
            tasks = [group.create_task(one.ask(SLOW)) for one in callers for _ in range(requests)]
            while await waiting() < most:
                assert [] == [task.result().text for task in tasks if task.done()]
                await asyncio.sleep(0.01)
            try:
                yield waiting
                assert not any(task.done() for task in tasks), "they were to be held all the time"
            finally:
                for task in tasks:
                    task.cancel()
        for context in contexts:
            await context.__aexit__(None, None, None)
        while await waiting():  # noqa: ASYNC110 - asks PostgreSQL
            await asyncio.sleep(0.01)


async def test_every_kind_of_request_is_answered_while_one_user_holds_all_of_a_share(
    live_server: LiveServer, database: Database, keys: dict[str, list[str]]
) -> None:
    async with (
        caller(live_server, keys["ada"][0]) as ada,
        caller(live_server, keys["eve"][0]) as eve,
        held(live_server, database, keys["eve"], 6, SHARES.user) as waiting,
    ):
        asked: dict[str, Awaitable[httpx.Response]] = {
            "query": ada.ask(READ),
            "history": ada.ask({"query": '{ project(name: "p") { run(name: "r") { historyRows { rows } } } }'}),
            "change": ada.ask({"query": 'mutation { createRun(input: {projectName: "p", name: "s"}) { run { id } } }'}),
            "runs": ada.http.get("/export/ada/p/runs.ndjson"),
            "arrow": ada.http.get("/export/ada/p/history.arrow"),
            "parquet": ada.http.get("/export/ada/p/r/history.parquet"),
            "batch": ada.log("ada", 1),
            "metrics": ada.http.get("/metrics"),
            "readyz": ada.http.get("/readyz", headers={"Authorization": ""}),
            "healthz": ada.http.get("/healthz"),
            "no key": ada.http.post("/graphql", json=READ, headers={"Authorization": "Bearer " + "0" * 40}),
            "the same user's batch": eve.log("eve", 1),
            "the same user's change": eve.ask(
                {"query": 'mutation { createRun(input: {projectName: "p", name: "s"}) { run { id } } }'}
            ),
        }
        answers = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
        most = await waiting()

    assert {**dict.fromkeys(asked, 200), "no key": 401} == {name: one.status_code for name, one in answers.items()}
    assert [] == [name for name, one in answers.items() if name != "no key" and '"errors"' in one.text]
    assert SHARES.user == most


async def test_one_key_has_less_than_its_user_and_another_key_of_theirs_is_answered(
    live_server: LiveServer, database: Database, keys: dict[str, list[str]]
) -> None:
    async with (
        caller(live_server, keys["eve"][1]) as other,
        held(live_server, database, keys["eve"][:1], 6, SHARES.key) as waiting,
    ):
        answers = [await other.ask(READ) for _ in range(20)]
        most = await waiting()

    assert [200] * 20 == [answer.status_code for answer in answers]
    assert SHARES.key == most


async def test_two_users_who_read_all_they_can_leave_connections_for_what_is_written(
    live_server: LiveServer, database: Database, keys: dict[str, list[str]]
) -> None:
    async with (
        caller(live_server, keys["ada"][0]) as ada,
        held(live_server, database, [*keys["eve"], *keys["bob"]], 6, SHARES.all) as waiting,
    ):
        batches = [await ada.log("ada", offset) for offset in range(2, 12)]
        ready = await ada.http.get("/readyz")
        most = await waiting()

    assert [200] * 10 == [batch.status_code for batch in batches]
    assert 200 == ready.status_code
    assert SHARES.all == most


async def test_who_hangs_up_leaves_no_statement_behind_and_no_turn_is_lost(
    live_server: LiveServer, database: Database, keys: dict[str, list[str]]
) -> None:
    for _ in range(3):
        async with held(live_server, database, keys["eve"], 6, SHARES.user):
            pass
    async with caller(live_server, keys["eve"][0]) as eve:
        answers = await asyncio.gather(*(eve.ask(SLOW) for _ in range(4)))

    assert [200] * 4 == [answer.status_code for answer in answers]
    async with database.connection() as watching:
        connections = await watching.row(COUNT_CONNECTIONS)
    # Those of this test, too.
    assert connections is not None
    assert connections.count <= POOL + 1 + 8


async def test_a_change_is_finished_though_its_caller_hangs_up(
    live_server: LiveServer, database: Database, keys: dict[str, list[str]]
) -> None:
    async with caller(live_server, keys["bob"][0]) as bob:
        run_id = await bob.start_run()
    async with database.connection() as watching, database.transaction() as locking:
        await locking.rows(LOCK_RUN, "r")
        async with caller(live_server, keys["bob"][0]) as leaving:
            task = asyncio.create_task(leaving.ask({"query": CHANGE % run_id}))
            while not (row := await watching.row(COUNT_WAITING)) or not row.count:  # noqa: ASYNC110 - asks PostgreSQL
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        # Longer than it takes to see that somebody has gone.
        await asyncio.sleep(0.3)
        row = await watching.row(COUNT_WAITING)
    async with caller(live_server, keys["bob"][0]) as bob:
        while "changed" not in (await bob.ask(NOTES)).text:  # noqa: ASYNC110 - asks the server
            await asyncio.sleep(0.01)

    assert row == CountRow(1)
