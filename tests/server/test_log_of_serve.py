"""`serve` with a log of JSON: all of its processes write it, and what is shown to a terminal is shown to no log."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from tests.server.running_serve import RunningServe


def test_all_processes_log_json_and_no_line_has_the_key_of_the_first_user(database_url: str, tmp_path: Path) -> None:
    environment = {"RUNFOLIO_LOG_FORMAT": "json", "RUNFOLIO_ACCESS_LOG": "1"}
    arguments = ("--database-url", database_url, "--processes", "2")
    serve = RunningServe(tmp_path / "data", tmp_path / "serve", *arguments, environment=environment)
    try:
        serve.wait_until_ready()
        key = serve.key
        limits = [
            httpx.post(f"{serve.url}/graphql", json={"query": "{ viewer { id } }"}, auth=("api", key)).headers
            for _ in range(20)
        ]
    finally:
        serve.interrupt()
    lines = [json.loads(line) for line in serve.err.splitlines()]

    assert "" == serve.out
    assert {"serve", "api", "worker"} >= {line["process"] for line in lines} >= {"serve", "api"}
    assert any("first user" in line["message"] for line in lines)
    assert key not in serve.err
    # Whichever process answers, the requests of a key are counted together.
    left = [int(answer["RateLimit-Remaining"]) for answer in limits]
    assert list(range(left[0], left[0] - 20, -1)) == left or max(left) != left[0]
