"""`runfolio distribute` asks for each table and function once, in order, wherever it was interrupted.

Against a recorder in the place of Citus, which says itself what that does not show.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from runfolio_server.sql.distribute import DistributionError, distribute, plan_distribution
from runfolio_server.sql.migrate import MIGRATION_LOCK, migrate
from runfolio_server.sql.migrations import MigrationError
from runfolio_server.sql.pool import open_database
from runfolio_server.sql.table_kinds import DISTRIBUTED, FUNCTIONS_BY_RUN, FUNCTIONS_EVERYWHERE, LOCAL, REFERENCE
from tests.sql.citus_recorder import CALLS, SPREAD, install_recorder, recorded_calls, texts
from tests.sql.databases import RawConnection, connected, empty_database

pytestmark = pytest.mark.anyio

TEMPLATE = "test_distribute_recorder"
STEPS = [*REFERENCE, *SPREAD, *FUNCTIONS_EVERYWHERE, *FUNCTIONS_BY_RUN]


@pytest.fixture(scope="module")
async def recorder_url(postgres_url: str, anyio_backend: object) -> AsyncIterator[str]:
    """A migrated database with a recorder, to be copied."""
    async with empty_database(postgres_url, TEMPLATE) as url:
        await migrate(url)
        async with connected(url) as connection:
            await install_recorder(connection)
        yield url


@pytest.fixture
async def url(recorder_url: str, postgres_url: str) -> AsyncIterator[str]:
    """A database of its own with a recorder."""
    async with empty_database(postgres_url, f"{TEMPLATE}_copy", TEMPLATE) as copy:
        yield copy


@pytest.fixture
async def observer(url: str) -> AsyncIterator[RawConnection]:
    async with connected(url) as connection:
        yield connection


def say_nothing(_: str) -> None:
    """What is told is of no matter."""


async def test_the_plan_tells_each_table_by_its_kind_and_changes_nothing(url: str, observer: RawConnection) -> None:
    await observer.execute("INSERT INTO entities (name) VALUES ('ada')")
    await observer.execute("ANALYZE entities, api_keys")

    plan = await plan_distribution(url)

    lines = plan.text(8).splitlines()
    kinds = {
        "Spread over the machines by run, in 8 shards:": list(DISTRIBUTED),
        "Copied to every machine:": list(REFERENCE),
        "Left on this machine alone:": list(LOCAL),
    }
    for heading, names in kinds.items():
        first = lines.index(heading) + 1
        assert names == [line.split()[0] for line in lines[first : first + len(names)]]
    assert "  entities           about 1 rows, 48 kB" in lines
    assert "  run_stream         rows not counted yet, 16 kB" in lines
    assert "Machines that get shards: second:5432, third:5433." in lines
    assert STEPS == [step.name for step in plan.steps]
    assert [] == await recorded_calls(observer)


async def test_everything_is_placed_in_order_each_in_a_transaction_of_its_own(
    url: str, observer: RawConnection
) -> None:
    told: list[str] = []

    await distribute(url, 8, told.append)

    calls = await recorded_calls(observer)
    assert CALLS == [call.text for call in calls]
    assert len(CALLS) == len({call.transaction for call in calls})
    assert {("sequential", "off")} == {(call.mode, call.local_keys) for call in calls}
    assert [f"{number} of {len(STEPS)}" for number in range(1, len(STEPS) + 1)] == [
        line.partition(":")[0] for line in told[:-1]
    ]
    assert told[-1].startswith("Every table and function is where it belongs. Start the servers again.")


async def test_it_goes_on_where_it_was_interrupted_at_each_step(url: str, observer: RawConnection) -> None:
    for name in STEPS:
        await observer.execute("DELETE FROM recorder.failing")
        await observer.execute("INSERT INTO recorder.failing VALUES ($1)", name)
        with pytest.raises(Exception, match="a machine was lost"):
            await distribute(url, 8, say_nothing)
        assert CALLS[: STEPS.index(name)] == await texts(observer)
    await observer.execute("DELETE FROM recorder.failing")

    await distribute(url, 8, say_nothing)
    await distribute(url, 16, say_nothing)

    assert CALLS == await texts(observer)
    assert [] == (await plan_distribution(url)).steps


async def test_an_interrupt_in_the_middle_of_a_table_leaves_it_undone_and_the_lock_free(
    url: str, observer: RawConnection
) -> None:
    await observer.execute("INSERT INTO recorder.slow VALUES ('run_stream')")
    task = asyncio.create_task(distribute(url, 8, say_nothing))
    async with asyncio.timeout(60):
        sleeping = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')"
        while not await observer.fetchval(sleeping):  # noqa: ASYNC110 - asks PostgreSQL
            await asyncio.sleep(0.01)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert CALLS[: STEPS.index("run_stream")] == await texts(observer)
    await observer.execute("DELETE FROM recorder.slow")
    await distribute(url, 8, say_nothing)
    assert CALLS == await texts(observer)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DELETE FROM pg_extension WHERE extname = 'citus'", "This PostgreSQL has no Citus. Install it"),
        ("UPDATE pg_extension SET extversion = '12.1-1' WHERE extname = 'citus'", "Citus 12.1-1 is too old"),
        ("DELETE FROM schema_migrations", "0001_first, 0002_states, 0003_branches"),
        ("DROP TABLE schema_functions", "is missing. Run `runfolio migrate` first"),
        ("UPDATE schema_functions SET checksum = '' WHERE name = 'start_run'", "start_run is missing. Run"),
        ("DELETE FROM pg_dist_node WHERE groupid = 0", "citus_set_coordinator_host"),
        ("UPDATE pg_dist_node SET shouldhaveshards = false", "None of the machines may have shards (first:5432, "),
        (
            "INSERT INTO pg_dist_partition VALUES ('runs', 'h', 'project_id', 2, 's')",
            "runs must be distributed by run_id, and is not. Take each back with SELECT undistribute_table",
        ),
        ("INSERT INTO pg_dist_partition VALUES ('users', 'n', NULL, 0, 's')", "users must be a reference table"),
        (
            "INSERT INTO pg_dist_partition VALUES ('counters', 'n', NULL, 1, 't')",
            "counters must lie on the coordinator",
        ),
        (
            "INSERT INTO pg_dist_partition VALUES ('runs', 'h', 'run_id', 2, 's'),"
            " ('run_files', 'h', 'run_id', 3, 's')",
            "run_files must lie with runs",
        ),
    ],
)
async def test_what_is_missing_is_told_and_nothing_is_changed(
    url: str, observer: RawConnection, change: str, told: str
) -> None:
    await observer.execute("SET allow_system_table_mods = on")
    await observer.execute(change)

    for attempt in (plan_distribution(url), distribute(url, 8, say_nothing)):
        with pytest.raises(DistributionError) as refused:
            await attempt
        assert told in str(refused.value)
    assert [] == await recorded_calls(observer)


async def test_a_plain_postgresql_is_told_how_to_get_citus(database_url: str) -> None:
    with pytest.raises(DistributionError, match=r"no Citus\. Install it on this machine and on each other one"):
        await plan_distribution(database_url)


async def test_without_other_machines_all_shards_may_lie_on_one_machine(url: str, observer: RawConnection) -> None:
    await observer.execute("DELETE FROM pg_catalog.pg_dist_node")

    assert "No other machines are registered. That works" in (await plan_distribution(url)).text(8)
    await distribute(url, 8, say_nothing)

    assert CALLS == await texts(observer)


async def test_it_waits_for_no_server_and_tells_who_is_connected(url: str, observer: RawConnection) -> None:
    database = await open_database(url, size=1, wait_s=10, statement_timeout_s=60)
    try:
        assert 1 == len((await plan_distribution(url)).servers)
        with pytest.raises(DistributionError, match=r"Nothing was changed: servers or workers are connected \(1 from "):
            await distribute(url, 8, say_nothing)
    finally:
        await database.close()

    assert [] == await recorded_calls(observer)


async def test_two_at_once_are_one_and_a_sentence(url: str, observer: RawConnection) -> None:
    await observer.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)

    with pytest.raises(DistributionError, match="Somebody else migrates or distributes this database right now"):
        await distribute(url, 8, say_nothing)


async def test_a_server_starts_on_none_or_all_but_not_on_half(url: str, observer: RawConnection) -> None:
    assert [] == await migrate(url)
    await observer.execute("INSERT INTO recorder.failing VALUES ('run_event')")
    with pytest.raises(Exception, match="a machine was lost"):
        await distribute(url, 8, say_nothing)

    with pytest.raises(
        MigrationError, match=r"not distributed to the end: run_event, .*unused_object are still on one"
    ):
        await migrate(url)

    await observer.execute("DELETE FROM recorder.failing")
    await distribute(url, 8, say_nothing)
    assert [] == await migrate(url)


async def test_servers_that_start_afterwards_know_that_runs_are_distributed(url: str) -> None:
    await distribute(url, 8, say_nothing)

    database = await open_database(url, size=1, wait_s=10, statement_timeout_s=60)
    try:
        async with database.connection() as connection:
            assert connection.is_distributed
    finally:
        await database.close()


@pytest.mark.parametrize(("options", "code"), [([], 1), (["--yes", "--shards", "8"], 0)])
async def test_the_command_tells_first_and_changes_nothing_unless_it_is_confirmed(
    url: str, observer: RawConnection, options: list[str], code: int
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "runfolio.cli", "distribute", "--database-url", url, *options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    output, errors = [text.decode() for text in await process.communicate()]

    assert code == process.returncode
    assert "Copied to every machine:" in output
    assert ("" if code == 0 else "runfolio: Nothing was changed. To do it answer yes, or give --yes.\n") == errors
    assert (CALLS if code == 0 else []) == await texts(observer)
