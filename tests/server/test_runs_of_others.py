"""What finds and changes many runs stays inside one's own projects, whatever filters and ids say."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from tests.service import Service

UPDATE = (
    'mutation($p: String!, $ids: [ID!]) { updateRuns(input: {projectName: $p, ids: $ids, addTags: ["forged"]})'
    " { count names } }"
)
DELETE = "mutation($p: String!, $ids: [ID!]) { deleteRuns(input: {projectName: $p, ids: $ids}) { count names } }"


@pytest.fixture(scope="module")
async def adas_run(service: Service) -> str:
    """The node id of a run of ada's; eve has a project of the same name with a run of her own."""
    await service.start_run("own-run", "shared-name", "eve")
    bucket = await service.start_run("adas-run", "shared-name", "ada")
    found: str = bucket["id"]
    return found


@pytest.mark.parametrize("document", [UPDATE, DELETE], ids=["updateRuns", "deleteRuns"])
async def test_ids_of_somebody_else_s_runs_choose_none_as_ids_of_nothing_do(
    service: Service, adas_run: str, document: str
) -> None:
    nobodys = base64.b64encode(f"Run:{uuid4()}".encode()).decode()
    before = await _adas(service)

    answers = [await service.graphql(document, "eve", p="shared-name", ids=[run]) for run in (adas_run, nobodys)]

    assert [[{"count": 0, "names": []}]] * 2 == [list(answer.data.values()) for answer in answers]
    assert before == await _adas(service)


async def test_one_s_own_runs_in_another_project_are_not_chosen(service: Service, adas_run: str) -> None:
    await service.start_run("elsewhere", "other-project")

    answer = await service.graphql(UPDATE, p="other-project", ids=[adas_run])

    assert {"count": 0, "names": []} == answer.data["updateRuns"]


@pytest.mark.parametrize("field", ["entity", "entity_name", "entityName", "user", "username"])
async def test_a_filter_by_somebody_else_finds_nothing(service: Service, adas_run: str, field: str) -> None:
    answer = await service.graphql(
        'query($f: JSONString) { project(name: "shared-name") { runs(filters: $f) { totalCount } runCount(filters: $f)'
        ' runGroups(by: ["user", "entity", "project"], filters: $f) { groups { values } }'
        ' runValues(field: "user", filters: $f) { value } runHistogram(field: "created_at", filters: $f) { low }'
        " runKeys(document: CONFIG, filters: $f) { key } } }",
        "eve",
        f=json.dumps({field: "ada"}),
    )

    assert {
        "runs": {"totalCount": 0},
        "runCount": 0,
        "runGroups": {"groups": []},
        "runValues": [],
        "runHistogram": [],
        "runKeys": [],
    } == answer.data["project"]


async def test_groups_and_values_are_of_one_s_own_project_of_the_name(service: Service, adas_run: str) -> None:
    answer = await service.graphql(
        '{ project(name: "shared-name") { runGroups(by: ["user", "name"]) { groups { values runCount } }'
        ' runValues(field: "name") { value runCount } } }',
        "eve",
    )

    assert {
        "runGroups": {"groups": [{"values": ['"eve"', '"own-run"'], "runCount": 1}]},
        "runValues": [{"value": '"own-run"', "runCount": 1}],
    } == answer.data["project"]


async def _adas(service: Service) -> Any:
    answer = await service.graphql(
        '{ project(name: "shared-name") { run(name: "adas-run") { tags state updatedAt } runs { totalCount } } }'
    )
    return answer.data
