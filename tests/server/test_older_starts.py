"""A process that was here before is sent again: its start puts no label, no config and no summary back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from strawberry.utils.str_converters import to_camel_case

from runfolio_server.graph.wandb.mutation import INPUT_BY_COLUMN
from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import Query
from tests.server.statements import Statements
from tests.service import HISTORY_FILE, Service

LABELS = "displayName tags group jobType notes description sweepName host program commit"
READ = f"""query($r: String!) {{ project(entityName: "ada", name: "p") {{ run(name: $r) {{
  id config summaryMetrics {LABELS} consoleLines(first: 100) {{ lines {{ line }} }} }} }} }}"""
UPDATE = "mutation($input: UpdateRunInput!) { updateRun(input: $input) { run { id } } }"
COUNT_UNTOLD = Query(
    "count_untold", "SELECT count(*) FROM untold_start JOIN runs USING (run_id) WHERE name = $1", CountRow
)
CLIENT_HEADER = "X-WANDB-CLIENT-ID"
UPSERT = "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { config } } }"


SYNCED = {"t": {"3": [2, 4, 42]}}


def config(start: str | None = None, spelling: str = "startedAt", live: bool = False, /, **entries: int) -> str:
    """As the SDK sends it: `start` comes some seconds after the process began, and then each time.

    The process is one that ran offline and is synced, or `live`.
    """
    process: dict[str, Any] = {} if live else SYNCED
    if start is not None:
        process = {**process, "e": {"one": {spelling: f"2025-11-30T{start}Z"}}}
    return json.dumps({**{key: {"value": one} for key, one in entries.items()}, "_wandb": {"value": process}})


def labels(part: str) -> dict[str, Any]:
    """Everything but documents and state that the SDK may give at a start."""
    names = [name for column, name in INPUT_BY_COLUMN.items() if column not in ("config", "summary", "state", "tags")]
    return {**{to_camel_case(name): f"{name} {part}" for name in names}, "tags": [part]}


async def _run(service: Service, run: str, start: str, *, spelling: str = "startedAt", **entries: int) -> None:
    """A process from its start to its end."""
    await service.start_run(run, config=config(**entries), **labels(start))
    await service.start_run(run, config=config(start, spelling, **entries))
    await service.stream(f"ada/p/{run}", {"complete": True, "exitcode": 0})


async def _told(service: Service, run: str) -> dict[str, Any]:
    found: dict[str, Any] = (await service.graphql(READ, r=run)).data["project"]["run"]
    return {**found, "config": {key: one["value"] for key, one in json.loads(found["config"]).items()}}


async def _count_untold(service: Service, run: str) -> int:
    async with service.database.connection() as connection:
        row = await connection.row(COUNT_UNTOLD, run)
    assert row is not None
    return row.count


@pytest.mark.parametrize("spelling", ["startedAt", "started_at"])
async def test_an_older_process_that_is_sent_again_changes_no_label_and_no_config(
    service: Service, spelling: str
) -> None:
    run = f"older-{spelling}"
    await _run(service, run, "10:00:00.5", lr=1, only=1)
    await _run(service, run, "11:00:00", lr=2)
    newest = await _told(service, run)

    await service.start_run(run, config=config(lr=1, only=1), **labels("10:00:00.5"))
    between = await _told(service, run)
    for tags in (None, ["late"]):
        await service.start_run(run, config=config("10:00:00.5", spelling, lr=1, late=1), tags=tags)

    assert 1 == between["config"]["lr"]
    assert "display_name 11:00:00" == newest["displayName"]
    assert newest == await _told(service, run)
    assert 0 == await _count_untold(service, run)


async def test_a_label_that_the_newer_start_did_not_have_is_taken_away_again(service: Service) -> None:
    await _run(service, "cleared", "10:00:00")
    answer = await service.graphql(UPDATE, input={"id": (await _told(service, "cleared"))["id"], "notes": None})
    assert "errors" not in answer.body

    await _run(service, "cleared", "09:00:00")

    told = await _told(service, "cleared")
    assert (None, "job_type 10:00:00") == (told["notes"], told["jobType"])


async def test_a_newer_process_has_its_labels_and_its_config(service: Service) -> None:
    await _run(service, "newer", "10:00:00", lr=1, only=1)

    await _run(service, "newer", "11:00:00", lr=2)

    told = await _told(service, "newer")
    assert ("notes 11:00:00", ["11:00:00"], 2) == (told["notes"], told["tags"], told["config"]["lr"])
    assert "only" not in told["config"]
    assert 0 == await _count_untold(service, "newer")


async def test_the_newest_process_that_is_sent_again_completes_its_config_and_keeps_edits_of_labels(
    service: Service,
) -> None:
    await _run(service, "completes", "10:00:00", lr=1)
    run = (await _told(service, "completes"))["id"]
    await service.graphql(UPDATE, input={"id": run, "displayName": "edited", "tags": ["good"]})

    await service.start_run("completes", config=config(lr=1), **labels("10:00:00"))
    await service.start_run("completes", config=config("10:00:00", lr=1, late=1), jobType="late")

    told = await _told(service, "completes")
    assert ("edited", ["good"], "late") == (told["displayName"], told["tags"], told["jobType"])
    assert (1, 1) == (told["config"]["lr"], told["config"]["late"])


async def test_what_somebody_edits_while_an_older_process_is_sent_stays(service: Service) -> None:
    await _run(service, "edited", "11:00:00", lr=2, kept=2)
    await service.start_run("edited", config=config(lr=1, only=1), **labels("10:00:00"))
    told = await _told(service, "edited")
    edit = {key: {"value": one} for key, one in {"lr": 1, "only": 1, "mine": 3}.items()}
    await service.graphql(UPDATE, input={"id": told["id"], "notes": "mine", "config": json.dumps(edit)})

    await service.start_run("edited", config=config("10:00:00", lr=1, only=1))

    told = await _told(service, "edited")
    assert ("mine", "job_type 11:00:00") == (told["notes"], told["jobType"])
    assert {"lr": 2, "kept": 2, "mine": 3} == {key: one for key, one in told["config"].items() if key != "_wandb"}


async def test_an_older_process_whose_first_sending_broke_off_changes_nothing_when_it_is_sent_again(
    service: Service,
) -> None:
    await _run(service, "broken", "11:00:00", lr=2)
    newest = await _told(service, "broken")
    await service.start_run("broken", config=config(lr=1), **labels("10:00:00"))

    await _run(service, "broken", "10:00:00", lr=1)

    assert newest == await _told(service, "broken")


async def test_a_run_whose_processes_never_tell_their_start_is_as_its_last_one_left_it(service: Service) -> None:
    for part in (1, 2, 1):
        await service.start_run("untold", config=config(lr=part), notes=str(part))
        await service.start_run("untold", config=config(lr=part))

    told = await _told(service, "untold")
    assert (1, "1") == (told["config"]["lr"], told["notes"])
    assert 0 == await _count_untold(service, "untold")


async def test_a_clock_that_goes_before_makes_no_later_process_an_older_one(service: Service) -> None:
    await service.start_run("ahead", config=config(lr=1))
    ahead = json.dumps({"_wandb": {"value": {"e": {"one": {"startedAt": "2999-01-01T00:00:00Z"}}}}})
    await service.start_run("ahead", config=ahead)

    await service.start_run("ahead", config=config(lr=2), notes="second")
    await service.start_run("ahead", config=ahead.replace("2999", "2998"))
    told = await _told(service, "ahead")

    assert ("second", {"e"}) == (told["notes"], set(told["config"]["_wandb"]))


@pytest.mark.parametrize(
    "processes", [None, [], {"one": None}, {"one": {"startedAt": 1}}, {"one": {"startedAt": "yesterday"}}]
)
async def test_a_start_that_is_no_time_is_none(service: Service, processes: object) -> None:
    document = json.dumps({"lr": {"value": 1}, "_wandb": {"value": {"e": processes}}})

    found = await service.start_run("no-time", config=document)

    assert document == found["config"]


async def test_of_several_processes_of_one_run_none_is_older(service: Service) -> None:
    await _run(service, "several", "11:00:00", lr=2)
    body = {"query": UPSERT, "variables": {"input": {"name": "several", "modelName": "p", "notes": "worker"}}}
    for start in (None, "10:00:00"):
        body["variables"]["input"]["config"] = config(start, worker=1)  # type: ignore[index]
        headers = service.headers("ada") | {CLIENT_HEADER: "worker"}
        assert "errors" not in (await service.http.post("/graphql", json=body, headers=headers)).json()

    told = await _told(service, "several")
    assert ("worker", 1) == (told["notes"], told["config"]["worker"])


def sent(step: int | None, second: int, *texts: str, part: int) -> dict[str, Any]:
    """Console lines from the first on, the summary of the row of this step, and that row."""
    row = {"_step": step, "_timestamp": 1.5e9 + 100 * part + (step or 0), "part": part}
    lines = [f"2026-11-30T10:00:{second:02}.000000 {text}" for text in texts]
    files: dict[str, Any] = {"wandb-summary.json": {"offset": 0, "content": [json.dumps(row)]}}
    if texts:
        files["output.log"] = {"offset": 0, "content": lines}
    if step is not None:
        files[HISTORY_FILE] = {"offset": step, "content": [json.dumps(row)]}
    return {"files": files}


@pytest.mark.parametrize("is_told_first", [False, True])
async def test_console_lines_and_summary_of_an_older_process_are_not_taken_again_without_known_rows(
    service: Service, is_told_first: bool
) -> None:
    run = f"console-{is_told_first}"
    path = f"ada/p/{run}"
    for part, start in enumerate(("10:00:00", "11:00:00")):
        await service.start_run(run, config=config())
        await service.stream(path, sent(part * 10, part, f"part {part}", "same", part=part))
        await service.start_run(run, config=config(start))
        await service.stream(path, {"complete": True, "exitcode": 0})

    await service.start_run(run, config=config())
    if is_told_first:
        await service.start_run(run, config=config("10:00:00"))
    # Rows that are new, as those of a process that has crashed before it sent them.
    await service.stream(path, sent(None, 30, "part 0", part=0))
    await service.stream(path, sent(11, 30, "part 0", "same", part=0))
    if not is_told_first:
        await service.start_run(run, config=config("10:00:00"))
    await service.stream(path, sent(None, 30, "part 0", "same", "lost", part=0))
    told = await _told(service, run)

    lines = [line["line"] for line in told["consoleLines"]["lines"]]
    assert ["part 0", "same", "part 1", "same", "lost"] == lines
    assert 1 == json.loads(told["summaryMetrics"])["part"]


async def test_a_process_that_starts_after_one_was_sent_again_is_new(service: Service) -> None:
    for start in ("10:00:00", "11:00:00", "10:00:00", "12:00:00"):
        await service.start_run("after", config=config())
        await service.start_run("after", config=config(start))
        await service.stream("ada/p/after", sent(None, int(start[:2]), "same", part=int(start[:2])))
        await service.stream("ada/p/after", {"complete": True, "exitcode": 0})

    assert ["same", "same", "same"] == [
        line["line"] for line in (await _told(service, "after"))["consoleLines"]["lines"]
    ]


async def test_a_process_is_started_and_told_with_as_many_statements_as_before(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.start_run("first", config=config())
    statements = Statements(monkeypatch)

    await _run(service, "counted", "10:00:00", lr=1)
    await _run(service, "counted", "11:00:00", lr=1)

    changes = [name for name in statements.names if not name.startswith("select_")]
    assert ["start_run", "start_run", "ingest_batch"] * 2 == changes
