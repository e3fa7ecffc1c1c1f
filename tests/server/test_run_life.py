"""Every event in every state, through endpoints and worker into PostgreSQL: what comes of it is in the table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from runfolio_server.domain.run_state import LifeEvent, RunState, next_state
from runfolio_server.ingest.exit_code import state_after_exit
from runfolio_server.worker.crash_detection import mark_silent_runs
from tests.service import Service

TIMEOUT_S = 300.0
CHANGE = "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { state } } }"
CREATE = "mutation($input: CreateRunInput!) { createRun(input: $input) { run { state } } }"
MOVE = "mutation($input: UpdateRunStateInput!) { updateRunState(input: $input) { success run { state } } }"
STATE = 'query($name: String!) { project(name: "p") { run(name: $name) { id state exitCode finishedAt } } }'

Cause = Callable[[Service, str], Awaitable[object]]


def _batch(**content: object) -> Cause:
    return lambda service, name: service.stream(f"ada/p/{name}", content)


async def _start(service: Service, name: str) -> None:
    await service.start_run(name)


async def _create(service: Service, name: str) -> None:
    assert "errors" not in (await service.graphql(CREATE, input={"projectName": "p", "name": name})).body


def _told(state: str) -> Cause:
    async def tell(service: Service, name: str) -> None:
        await service.graphql(MOVE, input={"id": (await _run(service, name))["id"], "state": state})

    return tell


async def _fall_silent(service: Service, name: str) -> None:
    async with service.database.connection() as connection:
        await connection.script(f"UPDATE runs SET heartbeat_at = now() - interval '1 hour' WHERE name = '{name}'")
    await mark_silent_runs(service.database, TIMEOUT_S)


async def _run(service: Service, name: str) -> dict[str, object]:
    found: dict[str, object] = (await service.graphql(STATE, name=name)).data["project"]["run"]
    return found


@pytest.mark.parametrize(
    ("event", "told", "cause"),
    [
        pytest.param(LifeEvent.START, None, _start, id="start by the SDK"),
        pytest.param(LifeEvent.START, None, _create, id="start by createRun"),
        pytest.param(LifeEvent.BATCH, None, _batch(), id="heartbeat"),
        pytest.param(
            LifeEvent.BATCH, None, _batch(files={"wandb-history.jsonl": {"offset": 0, "content": ["{}"]}}), id="rows"
        ),
        pytest.param(LifeEvent.NOTICE, None, _batch(preempting=True), id="notice"),
        pytest.param(LifeEvent.SUCCESS, None, _batch(complete=True, exitcode=0), id="exit code 0"),
        pytest.param(LifeEvent.FAILURE, state_after_exit(1), _batch(complete=True, exitcode=1), id="exit code 1"),
        pytest.param(LifeEvent.FAILURE, state_after_exit(254), _batch(complete=True, exitcode=254), id="exit code 254"),
        pytest.param(LifeEvent.FAILURE, state_after_exit(255), _batch(complete=True, exitcode=255), id="exit code 255"),
        pytest.param(LifeEvent.SILENCE, None, _fall_silent, id="silence"),
        pytest.param(LifeEvent.REQUEUE, None, _told("pending"), id="sent back to wait"),
        pytest.param(LifeEvent.GIVE_UP, None, _told("failed"), id="given up"),
    ],
)
async def test_the_database_does_with_every_event_what_the_table_says(
    service: Service, event: LifeEvent, told: RunState | None, cause: Cause, request: pytest.FixtureRequest
) -> None:
    found = {}
    for state in RunState:
        name = f"{state.value}-{request.node.callspec.id.replace(' ', '-')}"
        await service.start_run(name, state=state.value)
        await cause(service, name)
        found[state] = (await _run(service, name))["state"]

    assert {state: next_state(state, event, told).value for state in RunState} == found


@pytest.mark.parametrize("told", [state.value for state in RunState])
async def test_a_state_that_is_given_is_taken_from_every_state(service: Service, told: str) -> None:
    found = {}
    for state in RunState:
        made = await service.start_run("given", state=state.value)
        # The id alone: a change, and no start.
        answer = await service.graphql(CHANGE, input={"id": made["id"], "state": told})
        await service.start_run("given", state=state.value)
        started = await service.start_run("given", state=told)
        found[state] = {answer.data["upsertBucket"]["bucket"]["state"], started["state"]}

    assert {state: {next_state(state, LifeEvent.UPDATE, RunState(told)).value} for state in RunState} == found


async def test_a_start_that_moves_a_run_forgets_its_end_and_no_other_does(service: Service) -> None:
    forgotten = set()
    for state in RunState:
        name = f"forgets-{state.value}"
        await service.start_run(name)
        await service.stream(f"ada/p/{name}", {"complete": True, "exitcode": 3})
        await service.start_run(name, state=state.value)
        await service.start_run(name)
        run = await _run(service, name)
        if (run["exitCode"], run["finishedAt"]) == (None, None):
            forgotten.add(state)

    assert {state for state in RunState if next_state(state, LifeEvent.START) != state} == forgotten


@pytest.mark.parametrize("exit_code", [0, 1])
async def test_an_exit_code_is_kept_with_the_state_that_it_made(service: Service, exit_code: int) -> None:
    event = LifeEvent.FAILURE if exit_code else LifeEvent.SUCCESS
    found = set()
    for state in RunState:
        name = f"code-{exit_code}-{state.value}"
        await service.start_run(name)
        await service.stream(f"ada/p/{name}", {"complete": True, "exitcode": 3})
        await service.start_run(name, state=state.value)
        await service.stream(f"ada/p/{name}", {"complete": True, "exitcode": exit_code})
        if (await _run(service, name))["exitCode"] == exit_code:
            found.add(state)

    assert {state for state in RunState if next_state(state, event, state_after_exit(exit_code)) != state} == found


async def test_a_crash_that_the_run_reports_is_an_end_and_one_that_is_guessed_is_not(service: Service) -> None:
    rows = {"files": {"wandb-history.jsonl": {"offset": 0, "content": ['{"loss":1}']}}}
    for name in ("reports", "silent"):
        await service.start_run(name)
        await service.stream(f"ada/p/{name}", rows)
    await _fall_silent(service, "silent")
    await service.stream("ada/p/reports", {**rows, "complete": True, "exitcode": 254})
    reported = await _run(service, "reports")

    # A repeat that came late, another sign of life, the end again, and another end.
    for late in (
        rows,
        {},
        {"preempting": True},
        {"complete": True, "exitcode": 254},
        {"complete": True, "exitcode": 0},
    ):
        await service.stream("ada/p/reports", late)
    await service.stream("ada/p/silent", rows)

    assert ("crashed", 254) == (reported["state"], reported["exitCode"])
    assert reported["finishedAt"] is not None
    assert reported == await _run(service, "reports")
    assert ("running", None) == ((guessed := await _run(service, "silent"))["state"], guessed["exitCode"])
    await service.start_run("reports")
    assert ("running", None) == ((again := await _run(service, "reports"))["state"], again["exitCode"])
