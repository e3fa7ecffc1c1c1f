"""A public and an open project that hold everything that is hidden from those who are no members.

The hidden texts all have `s3cret` in them; domain/hidden.py says what they are.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.artifact_rows import ArtifactRows
from tests.service import Service, open_service

SECRET = "s3cret"
STRANGERS = pytest.mark.parametrize("stranger", [None, "bob"], ids=["without a key", "of another tenant"])
CONFIG = {
    "lr": {"value": 0.1},
    "_wandb": {
        "value": {
            "cli_version": SECRET,
            "python_version": SECRET,
            "e": {"x": {"startedAt": "2026-11-30T19:04:58Z", "program": SECRET, "git": {"remote": SECRET}}},
        }
    },
}
HIDDEN_FILES = (
    *("output.log", "diff.patch", "requirements.txt", "config.yaml", "wandb-metadata.json", "logs/a.log"),
    *("code/train.py", "conda-environment.yaml", "upstream_diff_1.patch"),
)
PROJECT = 'query { project(entityName: "ada", name: "shown") { %s } }'


async def make_run(service: Service, user: str, project: str, name: str) -> None:
    told: dict[str, Any] = {"host": SECRET, "jobProgram": SECRET, "commit": SECRET, "jobRepo": SECRET}
    await service.start_run(name, project, user, entityName="ada", config=json.dumps(CONFIG), **told)
    body = {"files": {"output.log": {"offset": 0, "content": [f"{SECRET} line"]}}}
    assert 200 == (await service.stream(f"ada/{project}/{name}", body, user)).status


async def upload(service: Service, *names: str, project: str = "shown", run: str = "r", user: str = "ada") -> None:
    answer = await service.graphql(
        'mutation($p: String!, $r: String!, $files: [String!]!) { createRunFiles(input: {entityName: "ada",'
        " projectName: $p, runName: $r, files: $files}) { files { uploadUrl } } }",
        user,
        p=project,
        r=run,
        files=list(names),
    )
    for file in answer.data["createRunFiles"]["files"]:
        assert 200 == (await service.http.put(file["uploadUrl"], content=SECRET.encode())).status_code


async def open_to(service: Service, project: str, visibility: str) -> None:
    async with service.database.connection() as connection:
        await connection.script(f"UPDATE projects SET visibility = '{visibility}' WHERE name = '{project}'")


@asynccontextmanager
async def open_hidden_world(database_url: str, data_dir: Path) -> AsyncIterator[Service]:
    """A service with a public project `shown` and an open project `open` of ada, and a user `bob` beside her."""
    async with open_service(database_url, data_dir, ("bob",)) as opened:
        await make_run(opened, "ada", "shown", "r")
        await opened.log("ada/shown/r", 0, ['{"_step": 0, "loss": 1.5}', '{"_step": 1, "loss": 1.0}'])
        await opened.graphql(
            'mutation { createRun(input: {entityName: "ada", projectName: "shown", name: "fork",'
            ' forkFrom: {runName: "r", step: 0}}) { run { name } } }'
        )
        await upload(opened, "media/a.txt", *HIDDEN_FILES)
        await open_to(opened, "shown", "public")
        project_id = int((await opened.graphql(PROJECT % "internalId")).data["project"]["internalId"])
        rows = ArtifactRows(opened.database, project_id)
        for number, (name, kind) in enumerate(
            (("source-s3cret", "code"), ("job-s3cret", "job"), ("model", "model")), start=71
        ):
            await rows.collection(number, name, kind)
            description = "the model" if kind == "model" else SECRET
            await rows.version(number, number, 0, ["latest"], description=description, logged_by="r")
        await rows.edge("r", 73, "input")
        await rows.edge("r", 71, "input")
        await make_run(opened, "ada", "open", "hers")
        await open_to(opened, "open", "open")
        await make_run(opened, "bob", "open", "his")
        yield opened
