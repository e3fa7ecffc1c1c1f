"""Projects by hand: made, described, renamed, deleted and restored; each change can be sent again."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio_server.graph.relay.node_ids import decode_number
from tests.service import Answer, Service

FIELDS = "project { id name description } "
RUN = "query($p: String, $r: String!) { project(name: $p) { name run(name: $r) { name } } }"
DELETED = "{ deletedProjects { totalCount edges { node { id name description deletedAt purgeDueAt purgedAt } } } }"


async def change(service: Service, field: str, selection: str = FIELDS, user: str = "ada", **given: Any) -> Answer:
    kind = f"{field[0].upper()}{field[1:]}Input!"
    return await service.graphql(f"mutation($i: {kind}) {{ {field}(input: $i) {{ {selection} }} }}", user, i=given)


async def made(service: Service, name: str, **given: Any) -> str:
    answer = await change(service, "createProject", name=name, **given)
    node_id: str = answer.data["createProject"]["project"]["id"]
    return node_id


async def test_a_project_is_made_once_and_the_answer_says_whether_now(service: Service) -> None:
    answers = [
        await change(service, "createProject", FIELDS + "inserted", name="made", description=text)
        for text in ("first", "second")
    ]

    payloads = [answer.data["createProject"] for answer in answers]
    assert [True, False] == [payload["inserted"] for payload in payloads]
    assert payloads[0]["project"] == payloads[1]["project"]
    assert "first" == payloads[0]["project"]["description"]


@pytest.mark.parametrize(
    ("name", "words"), [("", "allowed: 1 to 128"), ("x" * 129, "allowed: 1 to 128"), ("a/b", "contains"), (".", "dot")]
)
async def test_a_name_that_no_project_may_have_is_refused_when_it_is_made_and_when_it_is_renamed(
    service: Service, name: str, words: str
) -> None:
    node_id = await made(service, "named")

    answers = [
        await change(service, "createProject", name=name),
        await change(service, "updateProject", id=node_id, name=name),
    ]

    assert [400, 400] == [answer.status for answer in answers]
    assert all(words in answer.error["message"] for answer in answers)


async def test_a_description_is_set_left_and_cleared(service: Service) -> None:
    node_id = await made(service, "described")

    told = [
        (await change(service, "updateProject", id=node_id, **given)).data["updateProject"]["project"]["description"]
        for given in ({"description": "why"}, {}, {"name": None}, {"description": None})
    ]

    assert ["why", "why", "why", None] == told


async def test_a_renamed_project_keeps_its_runs_and_is_found_and_logged_to_under_both_names(service: Service) -> None:
    await service.start_run("r", "before")
    await service.log("ada/before/r", 0, ['{"_step":0}'])
    node_id = await made(service, "before")

    await change(service, "updateProject", id=node_id, name="after")

    for name in ("before", "after"):
        assert {"name": "after", "run": {"name": "r"}} == (await service.graphql(RUN, p=name, r="r")).data["project"]
    assert 200 == (await service.log("ada/before/r", 1, ['{"_step":1}'])).status
    assert 2 == len(await service.rows("after", "r"))
    # A script that still names it so makes no second project.
    assert "after" == (await service.start_run("s", "before"))["project"]["name"]


async def test_a_former_name_is_free_and_then_leads_to_the_project_that_has_it(service: Service) -> None:
    await service.start_run("r", "worn")
    node_id = await made(service, "worn")
    await change(service, "updateProject", id=node_id, name="renamed")
    assert 200 == (await service.log("ada/worn/r", 0, ['{"_step":0}'])).status

    other = await made(service, "worn")

    assert other != node_id
    assert {"name": "worn", "run": None} == (await service.graphql(RUN, p="worn", r="r")).data["project"]


async def test_two_projects_of_an_entity_never_have_one_name(service: Service) -> None:
    await made(service, "one")
    two = await made(service, "two")

    answer = await change(service, "updateProject", id=two, name="one")

    assert (409, "CONFLICT") == (answer.status, answer.error["extensions"]["code"])
    assert "exists already" in answer.error["message"]


async def test_a_deleted_project_is_gone_for_every_door_until_it_is_restored(service: Service) -> None:
    bucket = await service.start_run("r", "undone")
    await service.log("ada/undone/r", 0, ['{"_step":0}'])
    node_id = await made(service, "undone")

    for _ in range(2):
        assert {"success": True} == (await change(service, "deleteProject", "success", id=node_id)).data[
            "deleteProject"
        ]

    assert (await service.graphql(RUN, p="undone", r="r")).data["project"] is None
    assert "undone" not in str((await service.graphql("{ projects { edges { node { name } } } }")).data)
    export = await service.http.get("/export/ada/undone/runs.ndjson", headers=service.headers("ada"))
    assert 404 == export.status_code
    streamed = await service.log("ada/undone/r", 1, ['{"_step":1}'])
    assert (410, "GONE") == (streamed.status, streamed.error["extensions"]["code"])
    assert "The project 'undone' was deleted on" in streamed.error["message"]
    by_id = await service.graphql("mutation($i: ID!) { stopRun(input: {id: $i}) { success } }", i=bucket["id"])
    appended = await service.graphql(
        'mutation($i: ID!) { appendHistory(input: {runId: $i, offset: 1, rows: ["{}"]}) { rejectedCount } }',
        i=bucket["id"],
    )
    assert [404, 404] == [by_id.status, appended.status]
    (edge,) = [
        edge
        for edge in (await service.graphql(DELETED)).data["deletedProjects"]["edges"]
        if edge["node"]["name"] == "undone"
    ]
    assert (node_id, None) == (edge["node"]["id"], edge["node"]["purgedAt"])
    assert edge["node"]["deletedAt"] < edge["node"]["purgeDueAt"]

    for _ in range(2):
        restored = await change(service, "restoreProject", id=node_id)
        assert "undone" == restored.data["restoreProject"]["project"]["name"]

    assert ['{"_step":0}'] == await service.rows("undone", "r")
    assert 200 == (await service.log("ada/undone/r", 1, ['{"_step":1}'])).status


async def test_the_name_of_a_deleted_project_is_free_and_it_comes_back_under_another(service: Service) -> None:
    old = await made(service, "again")
    await change(service, "deleteProject", "success", id=old)
    # A run starts a new project of that name, which knows nothing of the deleted one.
    assert "again" == (await service.start_run("r", "again"))["project"]["name"]

    refused = await change(service, "restoreProject", id=old)
    restored = await change(service, "restoreProject", id=old, name="again, restored")

    assert (409, True) == (refused.status, "exists already" in refused.error["message"])
    assert "again, restored" == restored.data["restoreProject"]["project"]["name"]
    assert old == restored.data["restoreProject"]["project"]["id"]


async def test_a_project_whose_purge_has_begun_does_not_come_back(service: Service) -> None:
    node_id = await made(service, "late")
    await change(service, "deleteProject", "success", id=node_id)
    async with service.database.connection() as connection:
        number = decode_number("Project", node_id)
        await connection.script(f"UPDATE projects SET purge_began_at = now() WHERE project_id = {number}")

    answer = await change(service, "restoreProject", id=node_id)

    assert (410, "GONE") == (answer.status, answer.error["extensions"]["code"])


async def test_deleted_projects_are_those_of_one_s_own_and_come_in_pages(service: Service) -> None:
    for name in ("p1", "p2", "p3"):
        answer = await change(service, "createProject", user="bob", name=name)
        await change(service, "deleteProject", "success", "bob", id=answer.data["createProject"]["project"]["id"])

    names: list[str] = []
    after = None
    while True:
        answer = await service.graphql(
            "query($a: String) { deletedProjects(first: 2, after: $a) { totalCount edges { node { name } }"
            " pageInfo { hasNextPage endCursor } } }",
            "bob",
            a=after,
        )
        page = answer.data["deletedProjects"]
        names += [edge["node"]["name"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert (["p3", "p2", "p1"], 3) == (names, page["totalCount"])
