"""What cannot be is told in words, over HTTP and by both clients, and takes nothing of what was good with it."""

from __future__ import annotations

import json

import httpx
import pytest

import runfolio
from tests.live_server import LiveServer
from tests.wandb.sdk import SDK

WRONG_KEY = "0" * 40
FORTY_MEGABYTES = 40_000_000
UPSERT = "mutation($i: UpsertBucketInput!) { upsertBucket(input: $i) { bucket { id name } } }"
# Those that a test makes fail on purpose.
REFUSED = ("UpsertBucket", "Viewer", "Run")


def test_the_sdk_says_what_was_wrong(newest: SDK, api: runfolio.Api) -> None:
    newest.run("many_rows", project="good", run="kept", rows=10)

    told = newest.run(
        "refused",
        may_fail=REFUSED,
        reads={
            "unknown run": "ada/good/nowhere",
            "unknown project": "ada/nowhere/kept",
            "malformed path": "ada/good/kept/and/more",
        },
        runs={
            "slash": {"project": "good", "id": "a/b"},
            "control character": {"project": "bad\u0001name"},
            "another's entity": {"project": "good", "entity": "nobody"},
        },
        config_bytes=FORTY_MEGABYTES,
    )
    key = newest.run(
        "refused",
        {"WANDB_API_KEY": WRONG_KEY},
        may_fail=REFUSED,
        reads={"read": "ada/good/kept"},
        runs={"init": {"project": "good", "id": "kept"}},
    )

    for name, kind, words in (
        ("unknown run", "CommError", "ada/good/nowhere (not found)"),
        ("unknown project", "CommError", "ada/nowhere/kept (not found)"),
        ("malformed path", "CommError", "Invalid path"),
        ("slash", "UsageError", "cannot contain the characters"),
        ("control character", "CommError", r"project 'bad\x01name' contains '\x01'; not allowed"),
        ("another's entity", "CommError", "There is no entity 'nobody', or you may not log to it."),
        ("large config", "CommError", "The body is larger than 33554432 bytes"),
    ):
        assert kind == told[name][0]
        assert words in told[name][1]
    assert "AuthenticationError" == key["read"][0]
    assert "This API key is not valid" in key["read"][1]
    assert "CommError" == key["init"][0]
    assert "This API key is not valid" in key["init"][1]
    _check_kept(api, "good", "kept")


def test_our_client_says_what_was_wrong(newest: SDK, api: runfolio.Api) -> None:
    newest.run("many_rows", project="good", run="ours", rows=10)

    with pytest.raises(runfolio.NotFoundError, match="nowhere"):
        api.run("ada/good/nowhere")
    with pytest.raises(runfolio.NotFoundError, match="nowhere"):
        api.run("ada/nowhere/ours")
    for malformed in ("ada/good/ours/and/more", "", "//"):
        with pytest.raises(runfolio.MalformedPathError, match="entity/project/run"):
            api.run(malformed)
    with (
        runfolio.Api(base_url=newest.server.base_url, api_key=WRONG_KEY) as stranger,
        pytest.raises(runfolio.AuthenticationError, match="not valid"),
    ):
        stranger.run("ada/good/ours")
    run = api.run("ada/good/ours")
    run.config["large"] = "x" * FORTY_MEGABYTES
    with pytest.raises(runfolio.TooLargeError, match="larger than 33554432 bytes"):
        run.update()

    _check_kept(api, "good", "ours")


@pytest.mark.parametrize(
    ("path", "body", "key", "status", "words"),
    [
        ("ada/http/good", "{}", WRONG_KEY, 401, "This API key is not valid"),
        ("ada/http/good", "{}", None, 401, "key"),
        ("ada/http/nowhere", "{}", "", 404, "There is no run 'nowhere' in project 'ada/http'"),
        ("ada/nowhere/good", "{}", "", 404, "There is no run 'good' in project 'ada/nowhere'"),
        ("nobody/http/good", "{}", "", 404, "There is no run 'good' in project 'nobody/http'"),
        ("ada/http/go/od", "{}", "", 404, "Not Found"),
        ("ada/http/good", "{broken", "", 400, "not valid JSON"),
        ("ada/http/good", '{"files": {"wandb-history.jsonl": 3}}', "", 400, "files.wandb-history.jsonl must be"),
        ("ada/http/good", "x" * FORTY_MEGABYTES, "", 413, "larger than 33554432 bytes"),
    ],
    ids=["wrong key", "no key", "run", "project", "entity", "slash", "broken", "shape", "40 MB"],
)
def test_a_batch_that_cannot_be_stored_is_refused_whole(
    server: LiveServer, api: runfolio.Api, path: str, body: str, key: str | None, status: int, words: str
) -> None:
    with httpx.Client(base_url=server.base_url, auth=("api", server.api_key)) as http:
        _start(http, "http", "good")
        rows = [json.dumps({"number": number}) for number in range(10)]
        history = {"wandb-history.jsonl": {"offset": 0, "content": rows}}
        http.post("/files/ada/http/good/file_stream", json={"files": history, "complete": True, "exitcode": 0})

    with httpx.Client(base_url=server.base_url) as http:
        headers = {} if key is None else {"Authorization": f"Bearer {key or server.api_key}"}
        answer = http.post(f"/files/{path}/file_stream", content=body, headers=headers)

    assert status == answer.status_code
    assert words in answer.json()["errors"][0]["message"]
    _check_kept(api, "http", "good")


def test_a_broken_line_is_told_and_the_others_are_stored(server: LiveServer, api: runfolio.Api) -> None:
    rows = [json.dumps({"number": number}) for number in range(10)]
    content = [*rows[:5], '{"number": 5, "cut', *rows[5:]]
    with httpx.Client(base_url=server.base_url, auth=("api", server.api_key)) as http:
        _start(http, "http", "broken")
        answer = http.post(
            "/files/ada/http/broken/file_stream",
            json={
                "files": {"wandb-history.jsonl": {"offset": 0, "content": content}},
                "complete": True,
                "exitcode": 0,
            },
        )

    assert 200 == answer.status_code
    assert [("history", 5)] == [(line["stream"], line["line"]) for line in answer.json()["rejected"]]
    _check_kept(api, "http", "broken")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "a/b"}, "run id 'a/b' contains '/'"),
        ({"modelName": "bad\u0001name"}, "contains '\\x01'"),
        ({"modelName": "a/b"}, "contains '/'"),
        ({"config": "{broken"}, "config is not valid JSON"),
        ({"entityName": "nobody"}, "There is no entity 'nobody'"),
    ],
    ids=["run with a slash", "control character", "project with a slash", "broken config", "entity"],
)
def test_a_run_that_cannot_be_is_not_made(server: LiveServer, change: dict[str, str], words: str) -> None:
    with httpx.Client(base_url=server.base_url, auth=("api", server.api_key)) as http:
        before = _projects(http)

        answer = http.post(
            "/graphql",
            json={"query": UPSERT, "variables": {"i": {"name": "never", "modelName": "never", **change}}},
        )

        assert answer.status_code in (400, 404)
        assert words in answer.json()["errors"][0]["message"]
        assert before == _projects(http)


def test_forty_megabytes_of_rows_arrive_in_parts(newest: SDK, api: runfolio.Api) -> None:
    newest.run("large_rows", run="large", rows=8, row_bytes=FORTY_MEGABYTES // 8)

    rows = list(api.run("ada/good/large").scan_history(page_size=2))
    assert [("x" * (FORTY_MEGABYTES // 8), number) for number in range(8)] == [
        (row["text"], row["number"]) for row in rows
    ]


def _start(http: httpx.Client, project: str, run: str) -> None:
    variables = {"i": {"name": run, "modelName": project}}
    assert "errors" not in http.post("/graphql", json={"query": UPSERT, "variables": variables}).json()


def _projects(http: httpx.Client) -> list[str]:
    answer = http.post("/graphql", json={"query": "{ projects { edges { node { name } } } }"}).json()
    return [edge["node"]["name"] for edge in answer["data"]["projects"]["edges"]]


def _check_kept(api: runfolio.Api, project: str, name: str) -> None:
    run = api.run(f"ada/{project}/{name}")
    assert list(range(10)) == [row["number"] for row in run.scan_history()]
    assert "finished" == run.state
