"""A run is taken back to an earlier step: what every reader answers then, and what is told to the next process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.history_service import compact_some, log_rows
from tests.service import Answer, Service

Row = dict[str, Any]
REWIND = (
    "mutation($input: RewindRunInput!) { rewindRun(input: $input) { rewoundRun { id name displayName config sweepName"
    " historyLineCount state exitCode finishedAt summaryMetrics project { name entity { name } } } } }"
)
REWIND_HISTORY = (
    "mutation($input: RewindHistoryInput!) { rewindHistory(input: $input) { isCut run { state historyLineCount } } }"
)
TOLD = """query($r: String!) { project(name: "p") { run(name: $r) {
  id state exitCode finishedAt summaryMetrics lastStep historyLineCount historyTail eventsLineCount logLineCount
  historyKeys parquetHistory(liveKeys: []) { parquetUrls liveData }
  sampledHistory(specs: ["{\\"keys\\": [\\"loss\\"], \\"samples\\": 1000}"])
  historySample(keys: ["loss"]) { }
  stateChanges { edges { node { state cause user { username } } } }
  branches { totalCount edges { node { number step lastStep rowCount historySample(samples: 1000)
    historyRows { rows } } } }
} } }""".replace(" { }", "")


def rows(count: int, first: int = 0, **more: object) -> list[Row]:
    """Steps by one, with a key that ends early."""
    early = [{"early": step} if step < 3 else {} for step in range(first, first + count)]
    return [row | has for row, has in zip(even_rows(count, first, **more), early, strict=True)]


def even_rows(count: int, first: int = 0, **more: object) -> list[Row]:
    """Likewise, of the same keys in every row, as a file can hold them."""
    return [
        {"_step": step, "loss": 1 / (step + 1), "_runtime": step + 0.5, **more} for step in range(first, first + count)
    ]


async def rewind(service: Service, name: str, step: float, **fields: object) -> Answer:
    return await service.graphql(
        REWIND,
        input={"runName": name, "projectName": "p", "entityName": "ada", "metricName": "_step", "metricValue": step}
        | fields,
    )


async def told(service: Service, name: str) -> Row:
    found: Row = (await service.graphql(TOLD, r=name)).data["project"]["run"]
    return found


async def steps(service: Service, name: str) -> list[float]:
    return [json.loads(row)["_step"] for row in await service.rows("p", name)]


async def ended(service: Service, name: str, logged: Sequence[Row], *, is_compacted: bool = False) -> None:
    """A run of the SDK that has logged these rows, and has failed."""
    await service.start_run(name)
    await log_rows(service, f"ada/p/{name}", logged, batch=7)
    files = {"wandb-summary.json": {"offset": 0, "content": [json.dumps({"loss": -1, "by hand": True})]}}
    await service.stream(f"ada/p/{name}", {"files": files, "complete": True, "exitcode": 1})
    if is_compacted:
        await compact_some(service.database)


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_later_rows_are_in_no_answer_but_that_of_the_branch(service: Service, is_compacted: bool) -> None:
    name = f"cut-{is_compacted}"
    await ended(service, name, rows(20), is_compacted=is_compacted)

    run = (await rewind(service, name, 9)).data["rewindRun"]["rewoundRun"]

    assert (10, "pending", None, None) == tuple(
        run[key] for key in ("historyLineCount", "state", "exitCode", "finishedAt")
    )
    found = await told(service, name)
    assert list(range(10)) == await steps(service, name)
    assert (9, 10) == (found["lastStep"], found["historyLineCount"])
    assert [9] == [json.loads(row)["_step"] for row in json.loads(found["historyTail"])]
    assert [row["_step"] for row in found["sampledHistory"][0]] == list(range(10))
    assert 9 == found["historyKeys"]["lastStep"]
    summary = {"_step": 9, "_runtime": 9.5, "loss": 0.1, "early": 2, "_wandb": {"runtime": 9}}
    assert summary == json.loads(found["summaryMetrics"])
    change = found["stateChanges"]["edges"][-1]["node"]
    assert ("pending", "REWIND", "ada") == (change["state"], change["cause"], change["user"]["username"])
    [branch] = [edge["node"] for edge in found["branches"]["edges"]]
    assert (1, 9, 19, 20) == tuple(branch[key] for key in ("number", "step", "lastStep", "rowCount"))
    for texts in (branch["historySample"], branch["historyRows"]["rows"]):
        assert list(range(20)) == [json.loads(text)["_step"] for text in texts]


async def test_the_next_process_goes_on_where_it_is_told(service: Service) -> None:
    await ended(service, "goes-on", rows(20))
    count = (await rewind(service, "goes-on", 9)).data["rewindRun"]["rewoundRun"]["historyLineCount"]

    started = await service.start_run("goes-on")
    await log_rows(service, "ada/p/goes-on", rows(5, first=10, again=True), offset=count)
    await service.stream(
        "ada/p/goes-on",
        {
            "files": {
                "wandb-events.jsonl": {"offset": 0, "content": ['{"system.cpu": 2, "_timestamp": 2}']},
                "output.log": {"offset": 0, "content": ["2026-11-20T09:52:02.767091 again"]},
            },
            "complete": True,
            "exitcode": 0,
        },
    )

    assert (10, "running") == (started["historyLineCount"], started["state"])
    found = await told(service, "goes-on")
    assert list(range(15)) == await steps(service, "goes-on")
    assert (14, 15, "finished", 0) == tuple(found[key] for key in ("lastStep", "historyLineCount", "state", "exitCode"))
    await compact_some(service.database)
    assert [None] * 10 + [True] * 5 == [json.loads(row).get("again") for row in await service.rows("p", "goes-on")]
    assert list(range(20)) == [
        json.loads(row)["_step"] for row in found["branches"]["edges"][0]["node"]["historyRows"]["rows"]
    ]


@pytest.mark.parametrize(("step", "kept"), [(-1, 0), (0, 1), (9.5, 10), (19, 20), (500, 20)])
async def test_a_repeat_changes_nothing(service: Service, step: float, kept: int) -> None:
    name = f"again-{kept}-{step}".replace(".", "_")
    await ended(service, name, rows(20))

    first = (await rewind(service, name, step)).data["rewindRun"]["rewoundRun"]
    before = await told(service, name)
    second = (await rewind(service, name, step)).data["rewindRun"]["rewoundRun"]

    assert first == second
    assert before == await told(service, name)
    assert kept == first["historyLineCount"] == len(await steps(service, name))
    assert (1 if kept < 20 else 0) == before["branches"]["totalCount"]
    if kept == 20:
        assert {"loss": -1, "by hand": True} == json.loads(first["summaryMetrics"])


async def test_a_run_is_rewound_again_and_again(service: Service) -> None:
    await ended(service, "often", rows(20))
    wanted = []
    for number, (step, count) in enumerate([(9, 8), (12, 3), (4, 6), (-1, 2)]):
        before = await steps(service, "often")
        wanted.append(before)
        line = (await rewind(service, "often", step)).data["rewindRun"]["rewoundRun"]["historyLineCount"]
        await service.start_run("often")
        first = int(step) + 1
        await log_rows(service, "ada/p/often", rows(count, first=first, turn=number), offset=line)
        if number % 2:
            await compact_some(service.database)
        assert [kept for kept in before if kept <= step] + list(range(first, first + count)) == await steps(
            service, "often"
        )

    found = await told(service, "often")
    branches = [edge["node"] for edge in found["branches"]["edges"]]
    assert [1, 2, 3, 4] == [branch["number"] for branch in branches]
    assert wanted == [[json.loads(row)["_step"] for row in branch["historyRows"]["rows"]] for branch in branches]


async def test_a_process_that_did_not_notice_goes_on_on_the_branch(service: Service) -> None:
    await service.start_run("late")
    await log_rows(service, "ada/p/late", rows(10))
    await rewind(service, "late", 4)

    await log_rows(service, "ada/p/late", rows(2, first=10), offset=10)
    await service.start_run("late")
    await log_rows(service, "ada/p/late", rows(3, first=5), offset=5)
    await log_rows(service, "ada/p/late", rows(2, first=12), offset=12)

    assert list(range(8)) == await steps(service, "late")
    found = await told(service, "late")
    assert (8, 7) == (found["historyLineCount"], found["lastStep"])
    assert list(range(14)) == [
        json.loads(row)["_step"] for row in found["branches"]["edges"][0]["node"]["historyRows"]["rows"]
    ]


async def test_a_run_that_was_rewound_has_no_files_of_history_any_more(service: Service) -> None:
    """An SDK that has read the first file of a run takes that for the first one for ever."""
    await ended(service, "files", even_rows(20), is_compacted=True)
    old = (await told(service, "files"))["parquetHistory"]
    await rewind(service, "files", 9)
    rewound = (await told(service, "files"))["parquetHistory"]
    await service.start_run("files")
    await log_rows(service, "ada/p/files", even_rows(10, first=10), offset=10)
    await service.stream("ada/p/files", {"complete": True, "exitcode": 0})
    await compact_some(service.database)

    history = (await told(service, "files"))["parquetHistory"]

    assert (1, []) == (len(old["parquetUrls"]), old["liveData"])
    assert [[], []] == [found["parquetUrls"] for found in (rewound, history)]
    assert history["liveData"]


async def test_the_canonical_mutation_does_the_same(service: Service) -> None:
    await ended(service, "canonical", rows(5))
    node_id = (await told(service, "canonical"))["id"]

    found = [(await service.graphql(REWIND_HISTORY, input={"id": node_id, "step": 1})).data for _ in range(2)]

    run = {"state": "pending", "historyLineCount": 2}
    assert [{"isCut": True, "run": run}, {"isCut": False, "run": run}] == [one["rewindHistory"] for one in found]


async def test_a_run_that_is_not_there_or_another_metric_is_told(service: Service) -> None:
    await ended(service, "wrong", rows(5))

    missing = await rewind(service, "missing", 1)
    foreign = await service.graphql(
        REWIND,
        "bob",
        input={"runName": "wrong", "projectName": "p", "entityName": "ada", "metricName": "_step", "metricValue": 1},
    )
    other = await rewind(service, "wrong", 1, metricName="loss")

    assert (404, 404, 400) == (missing.status, foreign.status, other.status)
    assert missing.error["message"].replace("missing", "wrong") == foreign.error["message"]
    assert 'metricName is "loss"; a run is taken back by its _step' in other.error["message"]
    assert 5 == len(await steps(service, "wrong"))


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_of_two_processes_that_take_up_a_run_at_once_every_row_is_kept(
    service: Service, is_compacted: bool
) -> None:
    """Both are told the same number for their next line; a repeat of either is none of the other."""
    name = f"both-{is_compacted}"
    await ended(service, name, rows(3))
    lines = [(await service.start_run(name))["historyLineCount"] for _ in range(2)]
    path = f"ada/p/{name}"

    for first in (3, 5):
        for process in ("a", "b"):
            sent = rows(2, first=first, by=process, _timestamp=first + (process == "b") / 10)
            await log_rows(service, path, sent, offset=first)
            await log_rows(service, path, sent, offset=first)
        if is_compacted:
            await compact_some(service.database)
    await log_rows(service, path, rows(3, first=7, by="a", _timestamp=9), offset=7)
    await log_rows(service, path, rows(4, first=7, by="b", _timestamp=9.5), offset=7)

    assert [3, 3] == lines
    found = [json.loads(row) for row in await service.rows("p", name)]
    assert [*range(3, 10)] == [row["_step"] for row in found if row.get("by") == "a"]
    assert [*range(3, 11)] == [row["_step"] for row in found if row.get("by") == "b"]
    assert 3 + 7 + 8 == len(found)
