"""Which run upsertBucket means when it is given both an id and a name: they must agree."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service import Answer, Service

UPSERT = (
    "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) {"
    " inserted bucket { id notes project { name entity { name } } } } }"
)


async def _upsert(service: Service, **fields: object) -> Answer:
    return await service.graphql(UPSERT, input=fields)


async def _runs(service: Service, project: str) -> list[dict[str, Any]]:
    answer = await service.graphql(
        "query($p: String!) { project(name: $p) { runs { edges { node { name notes } } } } }", p=project
    )
    found = answer.data["project"]
    return [] if found is None else [edge["node"] for edge in found["runs"]["edges"]]


@pytest.mark.parametrize("entity", [None, "", "ada"])
async def test_an_id_beside_the_name_of_its_run_is_a_change_of_that_run(service: Service, entity: str | None) -> None:
    made = await service.start_run("resumed", "same")

    answer = await _upsert(
        service, id=made["id"], name="resumed", modelName="same", entityName=entity, notes=f"by {entity}"
    )

    assert (False, made["id"]) == (answer.data["upsertBucket"]["inserted"], answer.data["upsertBucket"]["bucket"]["id"])
    assert f"by {entity}" == answer.data["upsertBucket"]["bucket"]["notes"]


async def test_an_id_beside_names_that_mean_the_defaults_is_taken(service: Service) -> None:
    made = (await _upsert(service, name="default")).data["upsertBucket"]["bucket"]

    answer = await _upsert(service, id=made["id"], name="default", notes="again")

    assert {**made, "notes": "again"} == answer.data["upsertBucket"]["bucket"]


@pytest.mark.parametrize(
    ("name", "project"), [("other", "here"), ("new", "here"), ("one", "elsewhere"), ("one", "not-there")]
)
async def test_an_id_beside_the_name_of_another_run_is_refused_and_changes_nothing(
    service: Service, name: str, project: str
) -> None:
    one = await service.start_run("one", "here")
    await service.start_run("other", "here")
    await service.start_run("one", "elsewhere")
    before = {place: await _runs(service, place) for place in ("here", "elsewhere", "not-there")}

    answer = await _upsert(service, id=one["id"], name=name, modelName=project, notes="lost")

    assert (400, "input.id") == (answer.status, answer.error["extensions"]["path"])
    assert repr(name) in answer.error["message"]
    assert before == {place: await _runs(service, place) for place in before}


async def test_what_is_no_id_is_refused_beside_a_name_too(service: Service) -> None:
    answer = await _upsert(service, id="UnVuOjE=", name="no-id", modelName="no-id")

    assert (400, "id") == (answer.status, answer.error["extensions"]["path"])
    assert [] == await _runs(service, "no-id")
