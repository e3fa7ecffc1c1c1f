"""What a run tells of its process and machine: kept of known kinds, read typed, and used like any other field."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runfolio_server.domain.run_environment import ENVIRONMENT_KEYS, TEXT_MAX
from runfolio_server.filters.language.field_table import camel_case
from tests.service import Service

NAMES = [camel_case(key.name) for key in ENVIRONMENT_KEYS]
RUN = (
    "query($p: String, $r: String!) { project(name: $p) { run(name: $r) { startedAt createdAt finishedAt duration"
    f" trackedSeconds environment {{ {' '.join(NAMES)} }} }} }} }}"
)
CREATE = "mutation($i: CreateRunInput!) { createRun(input: $i) { run { name } } }"
UPSERT = "mutation($i: UpsertBucketInput!) { upsertBucket(input: $i) { bucket { name } } }"
TOLD = {
    "command": "train.py --lr 0.1",
    "os": "Linux-6.1",
    "pythonVersion": "3.11.7",
    "cpuCount": 8,
    "memoryBytes": 2**40,
    "gpuType": "NVIDIA A100",
    "gpuCount": 4,
}


async def overview(service: Service, run: str, project: str = "env") -> dict[str, Any]:
    found: dict[str, Any] = (await service.graphql(RUN, p=project, r=run)).data["project"]["run"]
    return found


def config_of(started: datetime, **process: Any) -> str:
    entry = {"startedAt": started.isoformat(), "program": "train.py", "args": ["a b"], "os": "Linux", **process}
    return json.dumps({"_wandb": {"value": {"cli_version": "0.31.0", "python_version": "3.11.7", "e": {"x": entry}}}})


async def test_what_a_client_tells_is_read_typed_and_the_rest_is_null(service: Service) -> None:
    await service.graphql(CREATE, i={"projectName": "env", "name": "told", "environment": TOLD})
    await service.graphql(CREATE, i={"projectName": "env", "name": "untold"})

    told, untold = await overview(service, "told"), await overview(service, "untold")

    assert {**dict.fromkeys(NAMES), **TOLD} == told["environment"]
    assert dict.fromkeys(NAMES) == untold["environment"]
    assert untold["startedAt"] is None
    assert 0 <= untold["duration"] == pytest.approx(untold["trackedSeconds"])


async def test_what_an_sdk_keeps_in_its_config_is_read_under_our_names(service: Service) -> None:
    started = datetime.now(UTC) - timedelta(seconds=5)
    config = config_of(
        started,
        memory={"total": "25276510208"},
        cpu={"model": "Z80"},
        cpu_count=2,
        cpu_count_logical=4,
        gpu="NVIDIA T4",
        gpu_count=1,
        executable="/usr/bin/python",
        git={"remote": "git@host:repo.git", "commit": "abc"},
    )
    await service.graphql(UPSERT, i={"modelName": "env", "name": "sdk", "config": config})

    found = await overview(service, "sdk")

    assert {
        "command": "train.py 'a b'",
        "os": "Linux",
        "pythonVersion": "3.11.7",
        "pythonExecutable": "/usr/bin/python",
        "cpuCount": 2,
        "logicalCpuCount": 4,
        "cpuModel": "Z80",
        "memoryBytes": 25276510208,
        "gpuType": "NVIDIA T4",
        "gpuCount": 1,
        "gitRemote": "git@host:repo.git",
        "gitCommit": "abc",
        "sdkVersion": "0.31.0",
    } == found["environment"]
    assert f"{started:%Y-%m-%dT%H:%M:%SZ}" == found["startedAt"]


async def test_a_process_that_follows_replaces_it_and_an_older_one_does_not(service: Service) -> None:
    now = datetime.now(UTC)
    for name, start in (("first", 0), ("second", 10), ("first again", 0)):
        config = config_of(now + timedelta(seconds=start - 60), os=name, **({"gpu": "T4"} if start == 0 else {}))
        await service.graphql(UPSERT, i={"modelName": "env", "name": "twice", "config": config})

    found = await overview(service, "twice")

    assert ("second", None) == (found["environment"]["os"], found["environment"]["gpuType"])
    assert f"{now - timedelta(seconds=60):%Y-%m-%dT%H:%M:%SZ}" == found["startedAt"], "of the first process"


@pytest.mark.parametrize(
    "odd", [{"os": 3}, {"os": ""}, {"os": None}, {"os": ["x"]}, {"cpu_count": "many"}, {"cpu_count": -1}]
)
async def test_what_is_of_another_kind_is_left_out(service: Service, odd: dict[str, Any]) -> None:
    config = config_of(datetime.now(UTC), **{"os": None, **odd})
    await service.graphql(UPSERT, i={"modelName": "env", "name": f"odd{len(str(odd))}", "config": config})

    found = (await overview(service, f"odd{len(str(odd))}"))["environment"]

    assert (None, None) == (found["os"], found["cpuCount"])


async def test_a_text_is_cut_where_the_server_keeps_no_more(service: Service) -> None:
    await service.graphql(CREATE, i={"projectName": "env", "name": "long", "environment": {"os": "x" * 9999}})

    assert TEXT_MAX == len((await overview(service, "long"))["environment"]["os"])


async def test_filters_orders_groups_and_exports_name_it(service: Service) -> None:
    for number, gpus in enumerate((1, 4, 4, None)):
        environment = {"os": "Linux"} if gpus is None else {"os": "Linux", "gpuCount": gpus}
        await service.graphql(CREATE, i={"projectName": "gpus", "name": f"g{number}", "environment": environment})
    document = (
        'query($f: JSONString) { project(name: "gpus") { runs(filters: $f, order: "-environment.gpu_count") {'
        ' edges { node { name } } } runGroups(by: ["environment.gpu_count"]) { groups { values runCount } } } }'
    )

    found = (await service.graphql(document, f='{"environment.gpu_count": {"$gte": 1}}')).data["project"]
    response = await service.http.get(
        "/export/ada/gpus/runs.ndjson",
        params={"column": ["id", "environment.gpu_count"], "order": "+name"},
        headers=service.headers("ada"),
    )

    assert ["g2", "g1", "g0"] == [edge["node"]["name"] for edge in found["runs"]["edges"]]
    assert [(["1"], 1), (["4"], 2), ([None], 1)] == [
        (group["values"], group["runCount"]) for group in found["runGroups"]["groups"]
    ]
    assert [1, 4, 4, None] == json.loads(response.text.splitlines()[0])["columns"]["environment.gpu_count"]


async def test_a_list_by_age_is_filtered_by_it(service: Service) -> None:
    for name, system in (("a", "Linux"), ("b", "Darwin"), ("c", "Linux")):
        await service.graphql(CREATE, i={"projectName": "aged", "name": name, "environment": {"os": system}})
    document = 'query($f: JSONString) { project(name: "aged") { runs(filters: $f) { edges { node { name } } } } }'

    found = (await service.graphql(document, f='{"environment.os": "Linux"}')).data["project"]

    assert ["a", "c"] == [edge["node"]["name"] for edge in found["runs"]["edges"]]


async def test_a_run_that_was_sent_later_has_its_own_times(service: Service) -> None:
    started = datetime.now(UTC) - timedelta(days=3)
    await service.graphql(UPSERT, i={"modelName": "env", "name": "later", "config": config_of(started)})
    await service.graphql(UPSERT, i={"modelName": "env", "name": "later", "summaryMetrics": '{"_runtime": 3600.5}'})
    body = {"complete": True, "exitcode": 0}
    await service.http.post("/files/ada/env/later/file_stream", json=body, headers=service.headers("ada"))
    document = 'query($f: JSONString) { project(name: "env") { runs(filters: $f) { edges { node { name } } } } }'

    found = await overview(service, "later")
    chosen = await service.graphql(document, f='{"duration": 3600.5}')
    response = await service.http.get(
        "/export/ada/env/runs.ndjson",
        params={"column": ["duration"], "filters": '{"name": "later"}'},
        headers=service.headers("ada"),
    )

    assert (3600.5, 3600.5) == (found["duration"], found["trackedSeconds"])
    assert f"{started:%Y-%m-%dT%H:%M:%SZ}" == found["startedAt"]
    assert ["later"] == [edge["node"]["name"] for edge in chosen.data["project"]["runs"]["edges"]]
    assert [3600.5] == json.loads(response.text.splitlines()[0])["columns"]["duration"]
