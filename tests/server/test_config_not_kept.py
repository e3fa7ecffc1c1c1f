"""A value of a config that is not kept costs a process that entry, and nothing else that it sends."""

from __future__ import annotations

import json

import pytest

from tests.service import Service

READ = """query($r: String!) { project(entityName: "ada", name: "p") { run(name: $r) {
  config notes rejectedLineCount } } }"""
CREATE = "mutation($input: CreateRunInput!) { createRun(input: $input) { run { id } } }"
DEEP = "[" * 250 + "]" * 250
LONG = "9" * 5000


@pytest.mark.parametrize("value", [DEEP, LONG])
async def test_a_value_that_is_not_kept_costs_a_config_its_entry(service: Service, value: str) -> None:
    run = f"entry-{value[0]}"
    text = f'{{"lr":{{"value":1}},"bad":{{"desc":null,"value":{value}}},"inner":{{"value":{{"a":1,"b":{value}}}}}}}'

    for _ in range(2):
        await service.start_run(run, config=text, notes="kept")

    told = (await service.graphql(READ, r=run)).data["project"]["run"]
    assert {"lr": {"value": 1}, "inner": {"value": {"a": 1}}} == json.loads(told["config"])
    assert ("kept", 2) == (told["notes"], told["rejectedLineCount"])


@pytest.mark.parametrize("text", ["{", "[]", f"[{DEEP}]", f'{{"a":{DEEP}'])
async def test_what_is_no_config_is_refused(service: Service, text: str) -> None:
    answer = await service.graphql(
        "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }",
        input={"name": "none", "modelName": "p", "config": text},
    )

    assert "BAD_USER_INPUT" == answer.body["errors"][0]["extensions"]["code"]


async def test_who_is_told_of_a_mistake_is_refused_it(service: Service) -> None:
    answer = await service.graphql(CREATE, input={"projectName": "p", "config": f'{{"a":{LONG}}}'})

    assert "digits" in answer.body["errors"][0]["message"]
