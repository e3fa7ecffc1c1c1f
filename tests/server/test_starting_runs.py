"""Starting runs: what it costs, many at once, and what errors call the fields of each caller."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from runfolio_server.actions.runs.lifecycle import RunAddress, StartedRun, start_run
from runfolio_server.domain.viewer import Viewer
from tests.server.statements import Statements
from tests.service import Service

CREATE = (
    "mutation($input: CreateRunInput!) { createRun(input: $input) {"
    " inserted run { id name state config tags lastStep user { username createdAt } } } }"
)
UPSERT = (
    "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) {"
    " inserted bucket { id state config historyLineCount user { username } } } }"
)
UPDATE = "mutation($input: UpdateRunInput!) { updateRun(input: $input) { run { id } } }"
UPDATE_MANY = "mutation($input: UpdateRunsInput!) { updateRuns(input: $input) { count } }"
CONFIG = json.dumps({f"key{number}": {"value": number / 7} for number in range(20)})
# GraphQL's own way to start a run, and the SDK's, each with what it calls the project.
STARTS = pytest.mark.parametrize(
    ("document", "project"), [(CREATE, "projectName"), (UPSERT, "modelName")], ids=["createRun", "upsertBucket"]
)
AT_ONCE = 40


@pytest.fixture(scope="module")
async def viewer(service: Service) -> Viewer:
    async with service.database.connection() as connection:
        row = await connection._raw.fetchrow(
            "SELECT user_id, u.entity_id, name, email, is_admin, u.created_at FROM users AS u"
            " JOIN entities AS e USING (entity_id) WHERE name = 'ada'"
        )
    assert row is not None
    return Viewer(*row)


async def _start_at_once(
    service: Service, viewer: Viewer, address_of: Callable[[int], RunAddress], **change: object
) -> list[StartedRun]:
    starts = (start_run(service.database, viewer, address_of(number), change) for number in range(AT_ONCE))
    return await asyncio.gather(*starts)


async def _config(service: Service, project: str, run: str) -> str:
    answer = await service.graphql(
        "query($p: String!, $r: String!) { project(name: $p) { run(name: $r) { config } } }", p=project, r=run
    )
    config: str = answer.data["project"]["run"]["config"]
    return config


@STARTS
async def test_starting_a_run_is_two_round_trips(
    service: Service, monkeypatch: pytest.MonkeyPatch, document: str, project: str
) -> None:
    statements = Statements(monkeypatch)
    whole = {
        project: f"costs-{project}",
        "config": CONFIG,
        "tags": ["a"],
        "jobType": "train",
        "notes": "n",
        "displayName": "d",
    }
    await service.graphql(document, input={project: f"costs-{project}", "name": "first"})

    sent = []
    for given in (whole, {key: value for key, value in whole.items() if key != "config"}):
        await statements.of(service, document, input={**given, "name": "counted"})
        sent.append([*statements.sent])

    # Where its history stands is asked of a run that was there before.
    assert [["select_project_by_name", "start_run"], ["select_project_by_name", "start_run", "select_streams"]] == sent


async def test_a_config_of_the_sdk_is_written_in_the_call_that_takes_the_run_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = Statements(monkeypatch)
    given = {"modelName": "own", "name": "r", "config": '{"a":{"value":1},"_wandb":{"value":{"t":{}}}}'}
    await service.graphql(UPSERT, input=given)

    await statements.of(service, UPSERT, input={**given, "config": '{"_wandb":{"value":{"t":{"1":[2]}}}}'})

    assert ["select_project_by_name", "start_run", "select_streams"] == statements.sent
    assert '{"_wandb":{"value":{"t":{"1":[2]}}}}' == await _config(service, "own", "r")


async def test_a_run_taken_up_keeps_the_entries_of_its_config_that_are_not_given(service: Service) -> None:
    first = '{"a":{"desc":"d","value":1.0},"b":{"value":NaN},"_wandb":{"value":{"t":{}}}}'
    made = (await service.graphql(CREATE, input={"projectName": "joins", "name": "r", "config": first})).data

    answer = (
        await service.graphql(
            CREATE, input={"projectName": "joins", "name": "r", "config": '{"c":{"value":3},"a":{"value":2}}'}
        )
    ).data
    repeated = (await service.graphql(CREATE, input={"projectName": "joins", "name": "r", "config": "{}"})).data

    joined = '{"a":{"value":2},"b":{"value":NaN},"_wandb":{"value":{"t":{}}},"c":{"value":3}}'
    assert first == made["createRun"]["run"]["config"]
    assert joined == answer["createRun"]["run"]["config"] == repeated["createRun"]["run"]["config"]
    found = await service.graphql(
        '{ project(name: "joins") { runs(filters: "{\\"config.a\\": 2, \\"config.c\\": 3}") { totalCount } } }'
    )
    assert 1 == found.data["project"]["runs"]["totalCount"]


async def test_configs_that_are_joined_at_once_are_all_kept(service: Service, viewer: Viewer) -> None:
    address = RunAddress("ada", "joined-at-once", "r")

    await asyncio.gather(
        *(
            start_run(
                service.database, viewer, address, {"config": f'{{"k{number}":{{"value":1}}}}'}, joins_config=True
            )
            for number in range(AT_ONCE)
        )
    )

    config = json.loads(await _config(service, "joined-at-once", "r"))
    assert {f"k{number}" for number in range(AT_ONCE)} == set(config)


async def test_a_joined_config_over_the_limit_is_refused_and_the_old_one_stays(service: Service) -> None:
    half = json.dumps({"a": {"value": "x" * (9 * 2**20)}}, separators=(",", ":"))
    address = {"projectName": "joined-large", "name": "r"}
    await service.graphql(CREATE, input={**address, "config": half})

    answer = await service.graphql(CREATE, input={**address, "config": half.replace("a", "b", 1)})

    assert (413, "input.config") == (answer.status, answer.error["extensions"]["path"])
    assert half == await _config(service, "joined-large", "r")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('{"z":{"value":3}}', '{"_wandb":{"value":{"t":{}}},"z":{"value":3}}'),
        (None, '{"_wandb":{"value":{"t":{}}}}'),
        ('{"z":{"value":3},"_wandb":{"value":{}}}', '{"z":{"value":3},"_wandb":{"value":{}}}'),
    ],
    ids=["others", "cleared", "its own"],
)
async def test_what_the_sdk_keeps_in_a_config_outlives_a_change_that_does_not_name_it(
    service: Service, given: str | None, kept: str
) -> None:
    config = '{"a":{"value":1},"_wandb":{"value":{"t":{}}}}'
    for document, names in ((UPDATE, "by-id"), (UPSERT, "by-name")):
        run = await service.start_run("r", f"outlives-{names}-{len(kept)}", config=config)
        address = (
            {"id": run["id"]} if document is UPDATE else {"modelName": f"outlives-{names}-{len(kept)}", "name": "r"}
        )

        await service.graphql(
            document, input={**address, "config": "{}" if given is None and names == "by-name" else given}
        )

        assert kept == await _config(service, f"outlives-{names}-{len(kept)}", "r")


async def test_the_first_run_of_a_project_is_made_with_it_in_one_transaction(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = Statements(monkeypatch)

    await statements.of(service, CREATE, input={"projectName": "first-of-all"})

    assert "start_run" == statements.sent[-2]
    assert ("BEGIN;", "COMMIT;") == (statements.sent[1], statements.sent[-1])
    assert len(statements.sent) < 9


async def test_many_starts_of_one_run_in_a_new_project_make_one_of_each(service: Service, viewer: Viewer) -> None:
    started = await _start_at_once(service, viewer, lambda _: RunAddress("ada", "raced", "r"), tags=["t"])

    assert 1 == len({found.row.run_id for found in started}) == len({found.row.display_name for found in started})
    assert 1 == [found.is_new for found in started].count(True)
    assert {("running", "t")} == {(found.row.state, *found.row.tags) for found in started}
    assert started[0].row.display_name.endswith("-1")


async def test_many_runs_started_at_once_and_twice_have_each_number_once(service: Service, viewer: Viewer) -> None:
    started = await _start_at_once(
        service, viewer, lambda number: RunAddress("ada", f"numbered{number % 2}", f"r{number // 4}")
    )

    names = [(found.row.project_id, found.row.name) for found in started]
    made = [found for found in started if found.is_new]
    assert AT_ONCE // 2 == len(made) == len(set(names))
    numbers = [(found.row.project_id, int(found.row.display_name.rpartition("-")[2])) for found in made]
    projects = {project_id for project_id, _ in names}
    assert sorted((project_id, n) for project_id in projects for n in range(1, AT_ONCE // 4 + 1)) == sorted(numbers)


async def test_starts_and_batches_of_one_run_do_not_block_each_other_for_good(service: Service, viewer: Viewer) -> None:
    await service.start_run("busy", "busy")

    _, answers = await asyncio.gather(
        _start_at_once(
            service, viewer, lambda number: RunAddress("ada", "busy", "busy" if number % 2 else f"n{number}")
        ),
        asyncio.gather(*(service.log("ada/busy/busy", number, [f'{{"_step":{number}}}']) for number in range(AT_ONCE))),
    )

    assert {200} == {answer.status for answer in answers}
    assert AT_ONCE == len(await service.rows("busy", "busy"))


async def test_null_leaves_a_column_of_a_run_that_is_taken_up(service: Service, viewer: Viewer) -> None:
    address = RunAddress("ada", "kept", "r")
    given = {"notes": "n", "tags": ["a"], "config": CONFIG, "summary": '{"loss":1}', "display_name": "d", "host": "h"}
    made = (await start_run(service.database, viewer, address, given)).row

    again = (await start_run(service.database, viewer, address, dict.fromkeys(given))).row

    names = ("notes", "tags", "config_text", "summary_text", "display_name", "host", "created_at", "state")
    assert [getattr(made, name) for name in names] == [getattr(again, name) for name in names]
    assert made.updated_at < again.updated_at


async def test_a_run_taken_up_forgets_its_end_unless_a_state_is_given(service: Service, viewer: Viewer) -> None:
    address = RunAddress("ada", "ended", "r")
    made = await service.start_run("r", "ended")
    await service.graphql("mutation($id: ID!) { stopRun(input: {id: $id}) { success } }", id=made["id"])
    await service.stream("ada/ended/r", {"complete": True, "exitcode": 1})

    given = (await start_run(service.database, viewer, address, {"state": "killed"})).row
    taken_up = (await start_run(service.database, viewer, address, {})).row

    assert ("killed", 1, True) == (given.state, given.exit_code, given.stop_requested)
    assert given.finished_at is not None
    assert ("running", None, None, False) == (
        taken_up.state,
        taken_up.exit_code,
        taken_up.finished_at,
        taken_up.stop_requested,
    )
    assert given.heartbeat_at < taken_up.heartbeat_at


@pytest.mark.parametrize(
    ("document", "fields", "path"),
    [
        (CREATE, {"group": "x" * 513}, "input.group"),
        (CREATE, {"jobType": "x" * 513}, "input.jobType"),
        (CREATE, {"commit": "x" * 129}, "input.commit"),
        (CREATE, {"displayName": "x" * 513}, "input.displayName"),
        (CREATE, {"program": "x" * 4097}, "input.program"),
        (UPSERT, {"groupName": "x" * 513}, "input.groupName"),
        (UPSERT, {"jobType": "x" * 513}, "input.jobType"),
        (UPSERT, {"commit": "x" * 129}, "input.commit"),
        (UPSERT, {"jobProgram": "x" * 4097}, "input.jobProgram"),
        (UPSERT, {"jobRepo": "x" * 4097}, "input.jobRepo"),
        (UPSERT, {"sweep": "x" * 129}, "input.sweep"),
        (UPSERT, {"summaryMetrics": "[]"}, "input.summaryMetrics"),
        (UPSERT, {"state": "done"}, "input.state"),
        (UPDATE, {"group": "x" * 513}, "input.group"),
        (UPDATE, {"jobType": "x" * 513}, "input.jobType"),
        (UPDATE, {"summaryMetrics": "[]"}, "input.summaryMetrics"),
        (UPDATE_MANY, {"group": "x" * 513}, "input.group"),
        (UPDATE_MANY, {"addTags": [""]}, "input.addTags"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_an_error_names_the_field_as_its_caller_does(
    service: Service, document: str, fields: dict[str, Any], path: str
) -> None:
    address: dict[str, Any] = {CREATE: {"name": "named"}, UPSERT: {"name": "named"}}.get(document, {})
    if document is UPDATE:
        address = {"id": (await service.start_run("named", "named"))["id"]}
    if document is UPDATE_MANY:
        address = {"projectName": "named", "filters": "{}"}

    answer = await service.graphql(document, input={**address, **fields})

    assert (400, path) == (answer.status, answer.error["extensions"]["path"])
    assert path.removeprefix("input.") in answer.error["message"] or "tag" in answer.error["message"]
