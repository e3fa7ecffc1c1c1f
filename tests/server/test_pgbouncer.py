"""A whole installation behind a PgBouncer that lends connections for one transaction, and has two for all processes."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pyarrow.parquet
import pytest
from starlette.applications import Starlette

from runfolio_server.actions.identity.sign_in import SignIn
from runfolio_server.actions.others_changes import forget_what_others_revoke
from runfolio_server.app import beside
from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.errors import Unauthenticated
from runfolio_server.events.wake_up import EventWakeUp
from runfolio_server.filters.sql.index_sql import order_index
from runfolio_server.remembered import RememberedAccess
from runfolio_server.settings import read_settings
from runfolio_server.sql.migrate import migrate
from runfolio_server.sql.pool import open_database
from runfolio_server.sql.pooled import way_of
from runfolio_server.worker.index_upkeep import RUNS_MIN, USES_MIN
from tests.pgbouncer import CONNECTIONS, needs_pgbouncer, run_pgbouncer
from tests.server.running_serve import Start
from tests.service import Service, make_first_user
from tests.slow_filter import SLOW_FILTER, fill_with_long_texts
from tests.sql.databases import RawConnection, connected

pytestmark = [pytest.mark.anyio, needs_pgbouncer, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

CLIENTS = 8
BATCHES = 3
LINES = 25
FIELD = "summary_metrics.acc"
# The worker finds that this order is used, and makes an index for it at once.
FILL = f"""
INSERT INTO projects (entity_id, name, created_by, run_counter)
SELECT entity_id, p.name, user_id, {RUNS_MIN} FROM users, (VALUES ('large'), ('slow')) AS p (name);
INSERT INTO runs (run_id, project_id, name, display_name, state, created_by, config, summary)
SELECT gen_random_uuid(), project_id, 'run' || n, 'Run', 'finished', created_by, '{{}}', jsonb_build_object('acc', n)
FROM projects, generate_series(1, {RUNS_MIN}) AS n WHERE name = 'large';
INSERT INTO run_order_use (project_id, field, uses, last_used_at)
SELECT project_id, '{FIELD}', {USES_MIN}, now() FROM projects WHERE name = 'large';
"""
PAGE = """query($order: String) { project(name: "large") {
  runs(order: $order, first: 3) { edges { node { name } } } } }"""
SEARCH = (
    """query($f: JSONString) { project(name: "slow") { runs(filters: $f, first: 3) { edges { node { name } } } } }"""
)
STATES = """query($run: String!) { project(name: "p") { run(name: $run) {
  stateChanges { edges { node { state } } } } } }"""
NEW_KEY = "mutation { generateApiKey(input: {}) { apiKey { id name } } }"
DELETE_KEY = "mutation($id: String!) { deleteApiKey(input: {id: $id}) { success } }"
VIEWER = "{ viewer { username } }"
HOUR_S = 3600.0


async def test_two_processes_and_the_worker_share_two_connections(start: Start, directory: Path) -> None:
    (directory / "database").mkdir(mode=0o711)
    postgres = EmbeddedPostgres(directory / "database")
    try:
        direct = postgres.start()
        await migrate(direct)
        key = await make_first_user(direct)
        async with connected(direct) as watching:
            index = await _fill(direct, watching)
            with run_pgbouncer(direct, directory / "pgbouncer") as pooled:
                server = start(
                    "--processes",
                    "2",
                    environment={
                        "RUNFOLIO_DATABASE_URL": pooled,
                        "RUNFOLIO_DIRECT_DATABASE_URL": direct,
                        "RUNFOLIO_FILTER_TIMEOUT_S": "1",
                    },
                )
                server.wait_until_ready()
                # A connection for each request: both processes answer.
                limits = httpx.Limits(max_keepalive_connections=0)
                async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=60) as http:
                    await _drive(Service(Starlette(), http, {"ada": key}, read_settings({})), watching, index)
                assert 0 == server.interrupt(), server.err
                assert "Traceback" not in server.err
    finally:
        postgres.stop()


def test_a_pooler_without_the_address_of_postgresql_is_refused_with_what_to_give(start: Start, pooled_url: str) -> None:
    refused = start(environment={"RUNFOLIO_DATABASE_URL": pooled_url})

    assert "is a pooler" in refused.wait_for_refusal()
    assert "give the address of PostgreSQL itself as --direct-database-url" in refused.err


async def test_a_key_is_forgotten_when_another_process_revokes_it(service: Service, pooled_url: str) -> None:
    database = await open_database(pooled_url, size=4, wait_s=10, statement_timeout_s=60, by=way_of(is_pooled=True))
    wake_up, remembered = EventWakeUp(service.settings.database_url), RememberedAccess(HOUR_S)
    sign_in = SignIn(database, remembered)
    forgetting = forget_what_others_revoke(database, remembered, wake_up, poll_s=HOUR_S)
    async with beside(wake_up.run(), forgetting):
        # The first bell rings once it listens.
        await wake_up.bell().wait()
        made = (await service.graphql(NEW_KEY)).data["generateApiKey"]["apiKey"]
        known = await sign_in.viewer(f"Bearer {made['name']}")

        await service.graphql(DELETE_KEY, id=made["id"])
        await _until_refused(sign_in, made["name"])
    await database.close()

    assert "ada" == known.username


async def _until_refused(sign_in: SignIn, key: str) -> None:
    """Returns when the key is not good any more."""
    with suppress(Unauthenticated):
        while True:
            await sign_in.viewer(f"Bearer {key}")
            await asyncio.sleep(0.02)


async def _fill(direct: str, watching: RawConnection) -> str:
    """A project that is worth an index, and one that is slow to search; the name of the index."""
    await watching.execute(FILL)
    large, slow = [
        await watching.fetchval("SELECT project_id FROM projects WHERE name = $1", name) for name in ("large", "slow")
    ]
    database = await open_database(direct, size=1, wait_s=10, statement_timeout_s=60)
    async with database.connection() as connection:
        await fill_with_long_texts(connection, slow)
    await database.close()
    index = order_index(large, FIELD)
    assert index is not None
    return index.name


async def _drive(service: Service, watching: RawConnection, index: str) -> None:
    """What people and their programs do, all at once."""
    await _until(watching, "SELECT count(*) FROM pg_index WHERE indexrelid::regclass::text = $1 AND indisvalid", index)

    await asyncio.gather(
        *(_write(service, f"run{number}") for number in range(CLIENTS)),
        *(_search_in_vain(service) for _ in range(2)),
        *(_read_the_page(service) for _ in range(5)),
        *(_revoke(service) for _ in range(2)),
    )

    assert 200 == (await service.http.get("/readyz")).status_code
    # What the worker made of it.
    await _until(watching, "SELECT count(*) FROM history_chunk")
    response = await service.http.get("/export/ada/p/history.parquet", headers=service.headers("ada"))
    assert CLIENTS * BATCHES * LINES == pyarrow.parquet.read_metadata(io.BytesIO(response.content)).num_rows
    response = await service.http.get("/export/ada/p/runs.ndjson", headers=service.headers("ada"))
    assert {"end": {"runs": CLIENTS}} == json.loads(response.text.splitlines()[-1])
    assert 0 == await watching.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%$3%' AND pid <> pg_backend_pid()"
    )
    assert CONNECTIONS == await _count(watching, "runfolio")
    # Each process listens by itself.
    assert 2 == await _count(watching, "runfolio events")


async def _write(service: Service, run: str) -> None:
    await service.start_run(run)
    lines = [json.dumps({"_step": step, "loss": step / 7}, separators=(",", ":")) for step in range(BATCHES * LINES)]
    for first in range(0, len(lines), LINES):
        assert 200 == (await service.log(f"ada/p/{run}", first, lines[first : first + LINES])).status
        assert lines[: first + LINES] == await service.rows("p", run)
    await service.stream(f"ada/p/{run}", {"complete": True, "exitcode": 0})
    edges = (await service.graphql(STATES, run=run)).data["project"]["run"]["stateChanges"]["edges"]
    assert ["running", "finished"] == [edge["node"]["state"] for edge in edges]


async def _search_in_vain(service: Service) -> None:
    answer = await service.graphql(SEARCH, f=SLOW_FILTER)
    assert 400 == answer.status, answer
    assert "narrower filters" in answer.error["message"]


async def _read_the_page(service: Service) -> None:
    edges = (await service.graphql(PAGE, order=f"-{FIELD}")).data["project"]["runs"]["edges"]
    assert [f"run{RUNS_MIN - number}" for number in range(3)] == [edge["node"]["name"] for edge in edges]


async def _revoke(service: Service) -> None:
    made = (await service.graphql(NEW_KEY)).data["generateApiKey"]["apiKey"]
    assert all([(await service.graphql(VIEWER, user=made["name"])).data for _ in range(8)])
    await service.graphql(DELETE_KEY, id=made["id"])
    refused = 0
    # So often that both processes were asked.
    while refused < 8:
        refused = refused + 1 if (await service.graphql(VIEWER, user=made["name"])).status == 401 else 0


async def _count(watching: RawConnection, application: str) -> int:
    found: int = await watching.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", application
    )
    return found


async def _until(watching: RawConnection, counted: str, *arguments: object) -> None:
    """Return when there are some."""
    while not await watching.fetchval(counted, *arguments):  # noqa: ASYNC110 - asks PostgreSQL
        await asyncio.sleep(0.05)
