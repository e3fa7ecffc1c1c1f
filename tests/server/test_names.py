"""What people write is a name at every door, and no name gets into a header, a line of the log or another address."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from starlette.requests import Request

from runfolio_server.app import tell_unforeseen_error
from tests.service import Service

NAMES = {
    "no-break space": "a\u00a0b",
    "narrow space": "10\u202f30\u202fPM",
    "ideographic space": "山田\u3000太郎",
    "non-joiner": "می\u200cخواهم",
    "family": "👩\u200d👩\u200d👧\u200d👦",
    "right-to-left override": "a\u202egpj.exe",
    "line separator": "a\u2028Set-Cookie b=c",
    "paragraph separator": "a\u2029b",
}
ALLOW = (
    "mutation($project: String!, $run: String!, $files: [String!]!) { createRunFiles(input:"
    ' {entityName: "ada", projectName: $project, runName: $run, files: $files}) { files { name uploadUrl listedAs } } }'
)
READ = (
    "query($project: String!, $run: String!, $filters: JSONString, $files: [String]) { project(name: $project) { name"
    " runs(filters: $filters) { totalCount } run(name: $run) { name tags displayName group"
    " files(names: $files) { edges { node { name directUrl } } } } } }"
)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_it_names_projects_runs_tags_files_keys_and_descriptions(service: Service, name: str) -> None:
    answer = await service.graphql(
        "mutation($i: CreateRunInput!) { createRun(input: $i) { run { id name } } }",
        i={"projectName": name, "name": name, "tags": [name], "displayName": name, "group": name},
    )
    run = answer.data["createRun"]["run"]
    stored = await service.stream(
        f"ada/{quote(name)}/{quote(run['name'])}",
        {"files": {"wandb-history.jsonl": {"offset": 0, "content": [f'{{"{name}": 1}}']}}},
    )
    (file,) = (await service.graphql(ALLOW, project=name, run=run["name"], files=[f"d/{name}.png"])).data[
        "createRunFiles"
    ]["files"]
    put = await service.http.put(file["uploadUrl"], content=b"x")
    described = await service.graphql(
        "mutation($d: String) { generateApiKey(input: {description: $d}) { apiKey { description } } }", d=name
    )

    read = await service.graphql(
        READ, project=name, run=run["name"], filters=f'{{"tags": "{name}"}}', files=[f"d/{name}.png"]
    )

    found = read.data["project"]
    assert (200, 200) == (stored.status, put.status_code)
    assert (name, 1) == (found["name"], found["runs"]["totalCount"])
    assert (run["name"], [name], name, name) == tuple(
        found["run"][key] for key in ("name", "tags", "displayName", "group")
    )
    assert name == described.data["generateApiKey"]["apiKey"]["description"]
    (edge,) = found["run"]["files"]["edges"]
    assert f"d/{name}.png" == edge["node"]["name"]
    download = await service.http.get(edge["node"]["directUrl"])
    assert (200, b"x") == (download.status_code, download.content)
    assert all(value.isascii() for value in download.headers.values())
    assert "Set-Cookie" not in download.headers


@pytest.mark.parametrize("character", ["\t", "\n", "\x1b", "\x7f", "\x85"], ids=ascii)
async def test_a_control_character_is_refused_at_each_door_by_its_name(service: Service, character: str) -> None:
    name = f"a{character}b"
    run = await service.start_run("doors")
    create = "mutation($i: CreateRunInput!) { createRun(input: $i) { run { id } } }"
    answers = [
        await service.graphql(create, i={"projectName": name}),
        await service.graphql(create, i={"projectName": "p", "name": name}),
        await service.graphql(create, i={"projectName": "p", "tags": [name]}),
        await service.graphql(
            "mutation($i: UpdateRunInput!) { updateRun(input: $i) { run { id } } }", i={"id": run["id"], "tags": [name]}
        ),
        await service.graphql(
            "mutation($i: UpdateRunsInput!) { updateRuns(input: $i) { count } }",
            i={"projectName": "p", "ids": [run["id"]], "addTags": [name]},
        ),
        await service.graphql(
            "mutation($d: String) { generateApiKey(input: {description: $d}) { apiKey { id } } }", d=name
        ),
    ]

    assert [400] * 6 == [answer.status for answer in answers]
    assert all("control characters" in answer.error["message"] for answer in answers)
    assert all(ascii(character)[1:-1] in ascii(answer.error["message"]) for answer in answers)


async def test_the_sdk_keeps_a_tag_with_control_characters_and_all_that_it_sends_with_it(service: Service) -> None:
    document = "mutation($i: UpsertBucketInput!) { upsertBucket(input: $i) { bucket { tags config } } }"

    answer = await service.graphql(
        document, i={"modelName": "p", "name": "tagged", "tags": ["a\tb", "ok"], "config": '{"lr": {"value": 1}}'}
    )

    bucket = answer.data["upsertBucket"]["bucket"]
    assert (["a%09b", "ok"], '{"lr": {"value": 1}}') == (bucket["tags"], bucket["config"])


async def test_a_path_of_many_lines_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    scope = {"type": "http", "method": "POST", "path": "/files/a\u2028b\x1b[31m/\u202ec", "headers": []}

    answer = await tell_unforeseen_error(Request(scope), RuntimeError("broken"))

    assert 500 == answer.status_code
    (record,) = caplog.records
    assert record.getMessage().isprintable()
