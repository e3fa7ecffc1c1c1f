"""A fork begins with the rows of another run, which are not copied and stay whatever becomes of that run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.history_service import compact_some, log_rows
from tests.server.test_rewind import ended, even_rows, rewind, rows, steps, told
from tests.service import Answer, Service

Row = dict[str, Any]
UPSERT = (
    "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted bucket { id name historyLineCount"
    " summaryMetrics state } } }"
)
CREATE = (
    "mutation($input: CreateRunInput!) { createRun(input: $input) { inserted run { id historyLineCount"
    " forkedFrom { runName step rowCount } } } }"
)
LINEAGE = """query($r: String!) { project(name: "p") { run(name: $r) {
  forkedFrom { runName step rowCount run { name } }
  forks { totalCount edges { node { runName step rowCount run { name } } } }
} } }"""
DELETE = 'mutation($filters: JSONString) { deleteRuns(input: {projectName: "p", filters: $filters}) { count } }'


def config(parent: str, step: float, **more: object) -> str:
    """As the SDK sends it."""
    notes = {"t": {}, "branch_point": {"run_id": parent, "step": step}}
    return json.dumps({"_wandb": {"value": notes}, **{key: {"value": value} for key, value in more.items()}})


async def upsert(service: Service, name: str, parent: str, step: float, user: str = "ada", **more: object) -> Answer:
    return await service.graphql(
        UPSERT, user, input={"name": name, "modelName": "p", "config": config(parent, step, **more)}
    )


async def fork(service: Service, name: str, parent: str, step: float) -> Row:
    found: Row = (await upsert(service, name, parent, step)).data["upsertBucket"]["bucket"]
    return found


async def lineage(service: Service, name: str) -> Row:
    found: Row = (await service.graphql(LINEAGE, r=name)).data["project"]["run"]
    return found


async def delete(service: Service, name: str) -> None:
    answer = await service.graphql(DELETE, filters=json.dumps({"name": name}))
    assert {"count": 1} == answer.data["deleteRuns"]


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_a_fork_has_the_rows_of_its_parent_up_to_the_step(service: Service, is_compacted: bool) -> None:
    name = f"child-{is_compacted}"
    await ended(service, f"base-{is_compacted}", rows(20), is_compacted=is_compacted)

    run = await fork(service, name, f"base-{is_compacted}", 9)
    await log_rows(service, f"ada/p/{name}", rows(3, first=10, own=True), offset=run["historyLineCount"])
    if is_compacted:
        await compact_some(service.database)

    assert 10 == run["historyLineCount"]
    assert {"_step": 9, "_runtime": 9.5, "loss": 0.1, "early": 2, "_wandb": {"runtime": 9}} == json.loads(
        run["summaryMetrics"]
    )
    assert list(range(13)) == await steps(service, name)
    found = await told(service, name)
    assert (13, 12) == (found["historyLineCount"], found["lastStep"])
    assert list(range(13)) == [row["_step"] for row in found["sampledHistory"][0]]
    keys = found["historyKeys"]["keys"]
    assert (13, 3, 3) == tuple(keys[key]["typeCounts"][0]["count"] for key in ("loss", "early", "own"))
    assert list(range(20)) == await steps(service, f"base-{is_compacted}")


async def test_the_answer_is_the_same_when_it_was_lost(service: Service) -> None:
    await ended(service, "repeated-base", rows(6))

    answers = [(await upsert(service, "repeated", "repeated-base", 3)).data["upsertBucket"] for _ in range(2)]

    assert [True, False] == [answer["inserted"] for answer in answers]
    assert answers[0]["bucket"] == answers[1]["bucket"]
    assert 4 == answers[0]["bucket"]["historyLineCount"]


async def test_a_fork_of_a_fork_has_the_rows_of_all(service: Service) -> None:
    await ended(service, "first", rows(10), is_compacted=True)
    line = (await fork(service, "second", "first", 4))["historyLineCount"]
    await log_rows(service, "ada/p/second", rows(5, first=5, second=True), offset=line)

    line = (await fork(service, "third", "second", 7))["historyLineCount"]
    await log_rows(service, "ada/p/third", rows(2, first=8, third=True), offset=line)
    within = await fork(service, "within", "second", 2)

    assert (8, 3) == (line, within["historyLineCount"])
    found = [json.loads(row) for row in await service.rows("p", "third")]
    assert list(range(10)) == [row["_step"] for row in found]
    assert [(None, None)] * 5 + [(True, None)] * 3 + [(None, True)] * 2 == [
        (row.get("second"), row.get("third")) for row in found
    ]
    assert [0, 1, 2] == await steps(service, "within")
    assert {"runName": "second", "step": 7, "rowCount": 8, "run": {"name": "second"}} == (
        await lineage(service, "third")
    )["forkedFrom"]
    forks = (await lineage(service, "second"))["forks"]
    assert (2, ["third", "within"]) == (
        forks["totalCount"],
        [edge["node"]["run"]["name"] for edge in forks["edges"]],
    )


async def test_what_becomes_of_the_parent_changes_nothing_in_the_fork(service: Service) -> None:
    await service.start_run("alive")
    await log_rows(service, "ada/p/alive", rows(10))
    # Further than it has come: what it logs later is its own.
    await fork(service, "kept", "alive", 50)
    await log_rows(service, "ada/p/alive", rows(5, first=10), offset=10)
    await compact_some(service.database)
    assert list(range(10)) == await steps(service, "kept")
    await rewind(service, "alive", 3)
    assert list(range(10)) == await steps(service, "kept")
    await delete(service, "alive")

    assert list(range(10)) == await steps(service, "kept")
    assert {"runName": "alive", "step": 50, "rowCount": 10, "run": None} == (await lineage(service, "kept"))[
        "forkedFrom"
    ]


async def test_a_fork_is_rewound_into_what_it_has_of_its_parent(service: Service) -> None:
    await ended(service, "trunk", rows(10))
    line = (await fork(service, "twig", "trunk", 5))["historyLineCount"]
    await log_rows(service, "ada/p/twig", rows(5, first=6), offset=line)

    run = (await rewind(service, "twig", 2)).data["rewindRun"]["rewoundRun"]
    await log_rows(service, "ada/p/twig", rows(2, first=3, again=True), offset=run["historyLineCount"])

    assert 3 == run["historyLineCount"]
    assert list(range(5)) == await steps(service, "twig")
    assert list(range(10)) == await steps(service, "trunk")
    [branch] = [edge["node"] for edge in (await told(service, "twig"))["branches"]["edges"]]
    assert list(range(11)) == [json.loads(row)["_step"] for row in branch["historyRows"]["rows"]]


async def test_a_fork_that_logged_nothing_is_resumed_behind_what_it_inherited(service: Service) -> None:
    await ended(service, "stem", rows(10))
    await fork(service, "silent", "stem", 6)

    found = await told(service, "silent")

    assert (7, 6) == (found["historyLineCount"], found["lastStep"])
    assert [6] == [json.loads(row)["_step"] for row in json.loads(found["historyTail"])]


async def test_the_files_of_a_fork_hold_what_it_inherited(service: Service) -> None:
    await ended(service, "filed-base", even_rows(10), is_compacted=True)
    line = (await fork(service, "filed", "filed-base", 5))["historyLineCount"]
    await log_rows(service, "ada/p/filed", even_rows(5, first=6), offset=line)
    await service.stream("ada/p/filed", {"complete": True, "exitcode": 0})
    await compact_some(service.database)

    history = (await told(service, "filed"))["parquetHistory"]

    assert (1, []) == (len(history["parquetUrls"]), history["liveData"])


async def test_a_parent_that_is_not_there_is_told_and_makes_no_run(service: Service) -> None:
    await ended(service, "deleted", rows(3))
    await delete(service, "deleted")
    await service.start_run("foreign", project="q")

    answers = [await upsert(service, f"of-{name}", name, 1) for name in ("missing", "deleted", "foreign")]

    assert [404] * 3 == [answer.status for answer in answers]
    assert (
        "There is no run 'missing' in project 'ada/p', or you may not see it; "
        "a fork is of a run of its own project that was not deleted." == answers[0].error["message"]
    )
    for name in ("missing", "deleted", "foreign"):
        found = await service.graphql(
            'query($r: String!) { project(name: "p") { run(name: $r) { id } } }', r=f"of-{name}"
        )
        assert None is found.data["project"]["run"]


async def test_a_program_forks_with_an_argument_of_its_own(service: Service) -> None:
    await ended(service, "program-base", rows(5))
    point = {"runName": "program-base", "step": 2}

    made = [
        (await service.graphql(CREATE, input={"name": "program", "projectName": "p", "forkFrom": point})).data[
            "createRun"
        ]
        for _ in range(2)
    ]
    other = await service.graphql(
        CREATE, input={"name": "program", "projectName": "p", "forkFrom": {**point, "step": 3}}
    )
    plain = await service.graphql(CREATE, input={"name": "deleted-base", "projectName": "p", "forkFrom": None})

    assert [True, False] == [one["inserted"] for one in made]
    assert made[0]["run"] == made[1]["run"]
    assert {"runName": "program-base", "step": 2, "rowCount": 3} == made[0]["run"]["forkedFrom"]
    assert "is a fork of 'program-base' at step 2; a fork needs a name of its own" in other.error["message"]
    assert None is plain.data["createRun"]["run"]["forkedFrom"]
