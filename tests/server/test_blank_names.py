"""A blank display name is made anew and null leaves it, in every door; a blank group or job type is none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.service import Service

MADE = re.compile(r"[a-z]+-[a-z]+-\d+")
RUN = "query($p: String, $r: String!) { project(name: $p) { run(name: $r) { displayName group jobType } } }"
UPDATE = "mutation($i: UpdateRunInput!) { updateRun(input: $i) { run { displayName group jobType } } }"
UPDATE_MANY = "mutation($i: UpdateRunsInput!) { updateRuns(input: $i) { count } }"
UPSERT = "mutation($i: UpsertBucketInput!) { upsertBucket(input: $i) { bucket { displayName group jobType } } }"
CREATE = "mutation($i: CreateRunInput!) { createRun(input: $i) { run { displayName group jobType } } }"
# Each door: document, how it addresses the run, and what it calls the group.
DOORS: dict[str, tuple[str, Callable[[str, str], dict[str, object]], str]] = {
    "updateRun": (UPDATE, lambda name, node_id: {"id": node_id}, "group"),
    "updateRuns": (UPDATE_MANY, lambda name, node_id: {"projectName": "blank", "ids": [node_id]}, "group"),
    "run.update() of the SDK": (UPSERT, lambda name, node_id: {"id": node_id}, "groupName"),
    "a start": (UPSERT, lambda name, node_id: {"name": name, "modelName": "blank"}, "groupName"),
    "createRun": (CREATE, lambda name, node_id: {"name": name, "projectName": "blank"}, "group"),
}


async def run_of(service: Service, name: str) -> dict[str, Any]:
    found: dict[str, Any] = (await service.graphql(RUN, p="blank", r=name)).data["project"]["run"]
    return found


@pytest.mark.parametrize("blank", ["", " \t "])
@pytest.mark.parametrize("door", DOORS)
async def test_a_blank_name_is_made_anew_and_a_blank_group_or_job_type_is_none(
    service: Service, door: str, blank: str
) -> None:
    document, address, group = DOORS[door]
    name = f"{door}-{len(blank)}".replace("(", "").replace(")", "")
    bucket = await service.start_run(name, "blank", displayName="mine", groupName="g", jobType="train")

    given = {**address(name, bucket["id"]), "displayName": blank, group: blank, "jobType": blank}
    await service.graphql(document, i=given)

    run = await run_of(service, name)
    assert (True, None, None) == (bool(MADE.fullmatch(run["displayName"])), run["group"], run["jobType"]), run


@pytest.mark.parametrize("door", DOORS)
async def test_a_name_that_is_null_stays(service: Service, door: str) -> None:
    document, address, _ = DOORS[door]
    name = f"null-{door}".replace("(", "").replace(")", "")
    bucket = await service.start_run(name, "blank", displayName="mine")

    answer = await service.graphql(document, i={**address(name, bucket["id"]), "displayName": None, "notes": "n"})

    assert 200 == answer.status, answer
    assert "mine" == (await run_of(service, name))["displayName"]


@pytest.mark.parametrize("document", [UPSERT, CREATE], ids=["upsertBucket", "createRun"])
async def test_a_new_run_with_blank_labels_has_a_made_name_and_none_of_the_others(
    service: Service, document: str
) -> None:
    place, group = ("modelName", "groupName") if document is UPSERT else ("projectName", "group")

    answer = await service.graphql(
        document, i={"name": f"new-{place}", place: "blank", "displayName": " ", group: "", "jobType": " "}
    )

    assert answer.status == 200
    run = await run_of(service, f"new-{place}")
    assert (True, None, None) == (bool(MADE.fullmatch(run["displayName"])), run["group"], run["jobType"])


async def test_runs_renamed_together_to_a_blank_name_get_one_each(service: Service) -> None:
    for name in ("m1", "m2", "m3"):
        await service.start_run(name, "together", displayName="same")

    await service.graphql(UPDATE_MANY, i={"projectName": "together", "filters": "{}", "displayName": ""})

    answer = await service.graphql('{ project(name: "together") { runs { edges { node { displayName } } } } }')
    names = [edge["node"]["displayName"] for edge in answer.data["project"]["runs"]["edges"]]
    assert all(MADE.fullmatch(name) for name in names)
    assert len(set(names)) > 1


async def test_filters_agree_on_who_has_no_group(service: Service) -> None:
    for name, group in (("none", None), ("blank", ""), ("some", "g")):
        await service.start_run(name, "groups", groupName=group)

    found = {}
    for filters in (
        {"group": None},
        {"group": ""},
        {"group": {"$in": ["", "other"]}},
        {"group": {"$exists": False}},
        {"group": {"$nin": ["g"]}},
        {"group": {"$ne": "g"}},
    ):
        answer = await service.graphql(
            'query($f: JSONString) { project(name: "groups") { runs(filters: $f) { edges { node { name } } } } }',
            f=json.dumps(filters),
        )
        found[json.dumps(filters)] = {edge["node"]["name"] for edge in answer.data["project"]["runs"]["edges"]}

    assert {text: {"none", "blank"} for text in found} == found
    answer = await service.graphql(
        'query($f: JSONString) { project(name: "groups") { runs(filters: $f) { edges { node { name } } } } }',
        f=json.dumps({"group": {"$ne": ""}}),
    )
    assert ["some"] == [edge["node"]["name"] for edge in answer.data["project"]["runs"]["edges"]]
