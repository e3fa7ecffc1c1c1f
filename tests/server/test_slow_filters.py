"""Every door that takes filters or an order answers 400 when they take too long: clients repeat 503, in vain."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib import resources
from typing import Any

import httpx
import pytest

from runfolio_server.app import create_app
from tests.service import BASE_URL, Answer, Service
from tests.slow_filter import SLOW_FILTER, fill_with_long_texts

PROJECT = "query($p: String, $f: JSONString) { project(name: $p) { %s } }"
CURVES = 'runGroups(by: ["group"], filters: $f) { groups { history(key: "loss") { x } } }'
# By what has the argument `filters`, and where one has several statements, by the field that runs each.
FIELDS = {
    "Project.runs": "runs(first: 2, filters: $f) { edges { node { name } } }",
    "Project.runs, ordered": 'runs(first: 2, filters: $f, order: "-config.n") { edges { node { name } } }',
    "Project.runs, counted": "runs(filters: $f) { totalCount }",
    "Project.runCount": "runCount(filters: $f)",
    "Project.runGroups": 'runGroups(by: ["group"], metrics: ["config.n"], filters: $f) { groups { values } }',
    "Project.runGroups, curves": CURVES,
    "Project.runValues": 'runValues(field: "group", filters: $f) { value }',
    "Project.runHistogram": 'runHistogram(field: "config.n", filters: $f) { low }',
    "Project.runKeys": "runKeys(document: CONFIG, filters: $f) { key }",
    "Project.historyColumns": 'historyColumns(keys: ["loss"], filters: $f) { run { name } }',
}
CHANGE = "mutation($p: String!, $f: JSONString) { %s }"
CHANGES = {
    "UpdateRunsInput": 'updateRuns(input: {projectName: $p, filters: $f, notes: "x"}) { count }',
    "DeleteRunsInput": "deleteRuns(input: {projectName: $p, filters: $f}) { count }",
}
EXPORTS = ("runs.ndjson", "history.arrow", "history.parquet")
# It takes filters because the SDK sends them; there are no sweeps that they could choose.
NEVER_ASKED = {"Project.sweeps"}
# Their statements are composed as those of runs are, and so have the same deadline: test_callers_statements.py.
OF_ARTIFACTS = {
    "ArtifactCollection.artifacts",
    "ArtifactPortfolio.artifacts",
    "ArtifactSequence.artifacts",
    "ArtifactType.artifactCollections",
    "Project.artifactCollections",
    "Project.artifacts",
}


@pytest.fixture(scope="module")
async def hurried(service: Service) -> AsyncIterator[Service]:
    """The same installation with a server that gives no filter much time, and runs that are long to search."""
    await service.start_run("first", "slow")
    async with service.database.connection() as connection:
        project = await connection._raw.fetchval("SELECT project_id FROM projects WHERE name = 'slow'")
        await fill_with_long_texts(connection, project)
    settings = replace(service.settings, filter_timeout_s=0.6)
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE_URL) as http,
    ):
        yield Service(app, http, service.keys, settings)


def check(status: int, body: dict[str, Any]) -> None:
    """An error that says what to do, with the status that nobody repeats."""
    assert (400, "BAD_USER_INPUT") == (status, body["errors"][0]["extensions"]["code"]), body
    assert "narrower filters" in body["errors"][0]["message"]


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
async def test_a_slow_filter_of_a_query_is_the_caller_s(field: str, hurried: Service) -> None:
    answer: Answer = await hurried.graphql(PROJECT % field, p="slow", f=SLOW_FILTER)

    check(answer.status, answer.body)


@pytest.mark.parametrize("field", CHANGES.values(), ids=CHANGES)
async def test_a_slow_filter_of_a_change_is_the_caller_s(field: str, hurried: Service) -> None:
    answer: Answer = await hurried.graphql(CHANGE % field, p="slow", f=SLOW_FILTER)

    check(answer.status, answer.body)


@pytest.mark.parametrize("path", EXPORTS)
async def test_a_slow_filter_of_an_export_is_the_caller_s(path: str, hurried: Service) -> None:
    response = await hurried.http.get(
        f"/export/ada/slow/{path}", params={"filters": SLOW_FILTER}, headers=hurried.headers("ada")
    )

    check(response.status_code, response.json())


def test_every_argument_of_filters_is_one_of_these_doors() -> None:
    text = (resources.files("runfolio_schema") / "served.graphql").read_text(encoding="utf-8")
    doors = set()
    for kind, name, body in re.findall(
        r"^(type|input|interface) (\w+)[^{]*\{\n(.*?)^\}", text, re.DOTALL | re.MULTILINE
    ):
        if kind == "input" and re.search(r"^  filters:", body, re.MULTILINE):
            doors.add(name)
        for field, arguments in re.findall(r"^  (\w+)\(\n(.*?)^  \)", body, re.DOTALL | re.MULTILINE):
            if re.search(r"^    filters:", arguments, re.MULTILINE):
                doors.add(f"{name}.{field}")

    assert doors == {name.partition(",")[0] for name in (*FIELDS, *CHANGES)} | NEVER_ASKED | OF_ARTIFACTS
