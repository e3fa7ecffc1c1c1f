"""What is hidden of a public project is nothing that whoever is no member could ask for: a filter is no oracle."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from tests.server.hidden_world import PROJECT, SECRET, STRANGERS, open_hidden_world
from tests.service import Service

HIDDEN_FIELDS = (
    *("host", "program", "commit", "commit_hash", "commitHash", "repository", "environment.command"),
    *(
        'environment["command"]',
        "config._wandb",
        "config._wandb.cli_version",
        'config["_wandb"]["value"]["cli_version"]',
    ),
    *('config["_wandb"]["value"]["cli_version"]', "config._wandb.value.cli_version"),
    *('config["\\u005fwandb"]', "config.wandb_version"),
)
EDGES = ("input_artifacts", "output_artifacts.name", "output_artifacts.type")


@pytest.fixture(scope="module")
async def service(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with open_hidden_world(database_url, tmp_path_factory.mktemp("data")) as opened:
        yield opened


@STRANGERS
@pytest.mark.parametrize("field", [*HIDDEN_FIELDS, *EDGES])
async def test_filters_are_no_oracle_for_what_is_hidden(service: Service, field: str, stranger: str | None) -> None:
    filters = json.dumps({"$or": [{"state": "running"}, {"$not": {field: {"$regex": "^s3"}}}]})
    if field.startswith("config"):
        filters = json.dumps({field: SECRET})
    asked = (
        "runs(filters: $f) { totalCount }",
        "runCount(filters: $f)",
        'runValues(field: "state", filters: $f) { runCount }',
        'runHistogram(field: "created_at", filters: $f) { runCount }',
        "runKeys(document: CONFIG, filters: $f) { key }",
        'runGroups(by: ["state"], filters: $f) { groups { runCount } }',
        'historyColumns(keys: ["loss"], filters: $f) { run { name } }',
    )
    for selection in asked:
        document = f'query($f: JSONString) {{ project(entityName: "ada", name: "shown") {{ {selection} }} }}'
        refused = await service.graphql(document, stranger, f=filters)
        assert "FORBIDDEN" == refused.error["extensions"]["code"], (selection, refused)
        assert "is for members" in refused.error["message"]
        assert "errors" not in (await service.graphql(document, f=filters)).body or "Histogram" in selection
    for place in ("runs.ndjson", "history.arrow"):
        answer = await service.http.get(
            f"/export/ada/shown/{place}", params={"filters": filters}, headers=service.headers(stranger)
        )
        assert 403 == answer.status_code, answer.text


@STRANGERS
@pytest.mark.parametrize("field", HIDDEN_FIELDS)
async def test_orders_groups_and_values_are_no_oracle_either(
    service: Service, field: str, stranger: str | None
) -> None:
    name = json.dumps(field)
    order = json.dumps(f"-{field}")
    for selection in (
        f"runs(order: {order}) {{ totalCount }}",
        f'historyColumns(keys: ["loss"], order: {order}) {{ run {{ name }} }}',
        f"runValues(field: {name}) {{ value }}",
        f"runHistogram(field: {name}) {{ low }}",
        f"runGroups(by: [{name}]) {{ groups {{ values }} }}",
        f'runGroups(by: ["state"], metrics: [{name}]) {{ groups {{ metrics {{ count }} }} }}',
    ):
        refused = await service.graphql(PROJECT % selection, stranger)
        assert "FORBIDDEN" == refused.error["extensions"]["code"], (selection, refused)
    for query in ({"order": f"-{field}"}, {"column": field}):
        if field == "commitHash" and "column" in query:
            continue
        answer = await service.http.get(
            "/export/ada/shown/runs.ndjson", params=query, headers=service.headers(stranger)
        )
        assert answer.status_code in (400, 403), answer.text
        assert SECRET not in answer.text


@STRANGERS
async def test_the_fields_that_are_told_are_those_that_may_be_named(service: Service, stranger: str | None) -> None:
    asked = PROJECT % "runFields { name aliases }"

    whole = [field["name"] for field in (await service.graphql(asked)).data["project"]["runFields"]]
    shown = [field["name"] for field in (await service.graphql(asked, stranger)).data["project"]["runFields"]]

    hidden = {"host", "program", "commit", "repository", "environment.<key>"}
    assert hidden | {f"{way}put_artifacts{part}" for way in ("in", "out") for part in ("", ".name", ".type")} == {
        *whole
    } - {*shown}
