"""Runs for the tests of the client, logged over HTTP as the SDK does it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import httpx

from tests.live_server import LiveServer

UPSERT = "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }"
CREATE_FILES = "mutation($input: CreateRunFilesInput!) { createRunFiles(input: $input) { files { uploadUrl } } }"


class Logger:
    """Logs runs of `ada` in one project of a live server."""

    def __init__(self, server: LiveServer, project: str) -> None:
        self.project = project
        self._server = server
        self._headers = {"Authorization": f"Bearer {server.api_key}"}

    def run(
        self,
        run: str,
        *,
        rows: list[dict[str, Any]] | None = None,
        config: dict[str, Any] | None = None,
        summary: dict[str, Any] | None = None,
        console: list[str] | None = None,
        system: list[dict[str, Any]] | None = None,
        exit_code: int | None = None,
        **fields: object,
    ) -> str:
        """Make a run and log all of this; its path."""
        wrapped = {key: {"value": value} for key, value in (config or {}).items()}
        wrapped["_wandb"] = {"value": {"cli_version": "0.31.0"}}
        self.graphql(UPSERT, input={"name": run, "modelName": self.project, "config": json.dumps(wrapped), **fields})
        files: dict[str, Any] = {}
        for name, items in (("wandb-history.jsonl", rows), ("wandb-events.jsonl", system)):
            if items is not None:
                files[name] = {"offset": 0, "content": [json.dumps(item) for item in items]}
        if summary is not None:
            files["wandb-summary.json"] = {"offset": 0, "content": [json.dumps(summary)]}
        if console is not None:
            files["output.log"] = {"offset": 0, "content": console}
        self.stream(run, {"files": files, **({} if exit_code is None else {"complete": True, "exitcode": exit_code})})
        return f"ada/{self.project}/{run}"

    def stream(self, run: str, body: dict[str, Any]) -> None:
        """Post to the run's file_stream."""
        url = f"{self._server.base_url}/files/ada/{self.project}/{run}/file_stream"
        assert 200 == httpx.post(url, json=body, headers=self._headers).status_code

    def file(self, run: str, name: str, data: bytes) -> None:
        """Upload a file of the run."""
        answer = self.graphql(
            CREATE_FILES,
            input={"entityName": "ada", "projectName": self.project, "runName": run, "files": [name]},
        )
        url = answer["createRunFiles"]["files"][0]["uploadUrl"]
        md5 = base64.b64encode(hashlib.md5(data).digest()).decode()
        assert 200 == httpx.put(url, content=data, headers={"Content-MD5": md5}).status_code

    def graphql(self, query: str, **variables: object) -> dict[str, Any]:
        """Execute a document of the wire; its data."""
        answer = httpx.post(
            f"{self._server.base_url}/graphql", json={"query": query, "variables": variables}, headers=self._headers
        ).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data
