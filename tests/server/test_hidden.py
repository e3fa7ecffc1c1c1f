"""What is hidden of public and open projects: whoever is no member sees none of it, at no door."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from tests.server.hidden_world import PROJECT, SECRET, STRANGERS, open_hidden_world, open_to, upload
from tests.server.statements import Statements
from tests.service import Service

FIELDS = (
    "name host program commit repository config wandbConfig fileCount logLineCount environment { command gitRemote }"
    " files(first: 50) { totalCount edges { node { name directUrl } } }"
    ' named: files(names: ["diff.patch"]) { totalCount edges { node { name } } }'
    ' alike: files(pattern: "%.patch") { totalCount edges { node { name } } }'
    ' begun: files(prefix: "code/") { totalCount edges { node { name } } }'
    " consoleLines { lineCount lines { line } } last: consoleLines(last: 5) { lines { line } }"
    ' found: consoleLines(search: "s3c") { lines { line } } consoleChanges { lines { line } }'
    " logLines { totalCount edges { node { line } } }"
    " outputArtifacts { totalCount edges { node { description } } }"
    " outputs { totalCount edges { node { artifact { description } } } }"
)
ARTIFACTS = (
    "artifactTypes { totalCount edges { node { name } } } artifactCollections { totalCount edges { node { name } } }"
    " artifacts { totalCount edges { node { description } } }"
    ' type: artifactType(name: "code") { name artifactCollections { edges { node { name } } } }'
    ' collection: artifactCollection(name: "source-s3cret") { name artifacts { edges { node { description } } } }'
    ' version: artifact(name: "source-s3cret:v0") { description }'
    ' job: artifact(name: "job-s3cret:latest") { description }'
    ' place: artifactCollectionMembership(name: "source-s3cret:v0") { artifact { description } }'
)
DOCUMENTS = {
    "a run": PROJECT % f'run(name: "r") {{ {FIELDS} }}',
    "the run as the SDK asks": PROJECT % f'bucket(name: "r") {{ {FIELDS} }}',
    "a list": PROJECT % f"runs {{ edges {{ node {{ {FIELDS} }} }} }}",
    "short columns of a list": PROJECT % "runs { edges { node { host program commit repository } } }",
    "columns of histories": PROJECT % 'historyColumns(keys: ["loss"]) { run { host config } }',
    "a fork's parent": PROJECT % 'run(name: "fork") { forkedFrom { run { host config environment { command } } } }',
    "artifacts": PROJECT % ARTIFACTS,
    "who used an artifact": PROJECT
    % 'artifact(name: "model:v0") { usedBy { edges { node { host config } } } createdBy { ... on Run { config } } }',
    "lineage": PROJECT % 'artifact(name: "model:v0") { lineage { runs { host config } artifacts { description } } }',
}


@pytest.fixture(scope="module")
async def service(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with open_hidden_world(database_url, tmp_path_factory.mktemp("data")) as opened:
        yield opened


async def _get(service: Service, path: str, user: str | None) -> tuple[int, str]:
    answer = await service.http.get(path, headers=service.headers(user))
    return answer.status_code, answer.text


@STRANGERS
@pytest.mark.parametrize("door", DOCUMENTS)
async def test_no_document_tells_a_stranger_what_is_hidden(service: Service, door: str, stranger: str | None) -> None:
    asked = DOCUMENTS[door]

    whole = await service.graphql(asked)
    shown = await service.graphql(asked, stranger)

    assert SECRET in json.dumps(whole.data), "a member sees it"
    assert SECRET not in json.dumps(shown.data)
    assert shown.data["project"]


@STRANGERS
async def test_a_stranger_sees_of_a_public_run_what_is_not_hidden(service: Service, stranger: str | None) -> None:
    found = (await service.graphql(DOCUMENTS["a run"], stranger)).data["project"]["run"]

    assert {"lr": {"value": 0.1}} == json.loads(found["config"])
    assert ["media/a.txt"] == [edge["node"]["name"] for edge in found["files"]["edges"]]
    assert (1, 1) == (found["files"]["totalCount"], found["fileCount"])
    assert [0, 0, 0] == [found[name]["totalCount"] for name in ("named", "alike", "begun")]
    assert 0 == found["logLines"]["totalCount"] == found["consoleLines"]["lineCount"] == found["logLineCount"]
    assert 1 == found["outputs"]["totalCount"] == found["outputArtifacts"]["totalCount"]


@STRANGERS
async def test_types_and_collections_of_source_are_not_listed_to_strangers(
    service: Service, stranger: str | None
) -> None:
    found = (await service.graphql(DOCUMENTS["artifacts"], stranger)).data["project"]

    assert ["model"] == [edge["node"]["name"] for edge in found["artifactTypes"]["edges"]]
    assert 1 == found["artifactTypes"]["totalCount"] == found["artifactCollections"]["totalCount"]
    assert [None] * 5 == [found[name] for name in ("type", "collection", "version", "job", "place")]


@STRANGERS
async def test_an_artifact_of_source_by_its_id_looks_to_strangers_like_none(
    service: Service, stranger: str | None
) -> None:
    for name in ("source-s3cret:v0", "job-s3cret:v0"):
        found = (await service.graphql(PROJECT % f'artifact(name: "{name}") {{ id }}')).data["project"]["artifact"]
        by_id = "query($id: ID!) { artifact(id: $id) { description } }"

        assert SECRET == (await service.graphql(by_id, id=found["id"])).data["artifact"]["description"]
        assert (await service.graphql(by_id, stranger, id=found["id"])).data["artifact"] is None


@STRANGERS
async def test_exports_leave_out_what_is_hidden(service: Service, stranger: str | None) -> None:
    path = "/export/ada/shown/runs.ndjson"

    assert SECRET in (await _get(service, path, "ada"))[1]
    status, text = await _get(service, path, stranger)

    assert 200 == status
    assert SECRET not in text
    assert [None, None] == json.loads(text.splitlines()[0])["columns"]["host"]


@STRANGERS
async def test_the_export_of_the_console_is_for_members(service: Service, stranger: str | None) -> None:
    path = "/export/ada/shown/r/console.txt"

    assert (200, f"{SECRET} line\n") == await _get(service, path, "ada")
    status, text = await _get(service, path, stranger)

    # Nobody reads it without a key at all.
    assert (401 if stranger is None else 403) == status
    assert SECRET not in text


async def test_in_an_open_project_who_made_a_run_sees_all_of_it_and_nothing_hidden_of_others(service: Service) -> None:
    asked = 'query { project(entityName: "ada", name: "open") { runs(order: "name") { edges { node { name host config'
    asked += " consoleLines { lines { line } } environment { command } } } } } }"

    hers, his = (edge["node"] for edge in (await service.graphql(asked, "bob")).data["project"]["runs"]["edges"])

    assert SECRET not in json.dumps(hers)
    assert (SECRET, [{"line": f"{SECRET} line"}]) == (his["host"], his["consoleLines"]["lines"])
    assert SECRET in his["config"]
    assert SECRET == his["environment"]["command"]
    assert SECRET not in json.dumps((await service.graphql(asked, None)).data)


async def test_in_an_open_project_an_export_has_what_is_hidden_of_own_runs_alone(service: Service) -> None:
    _, text = await _get(service, "/export/ada/open/runs.ndjson?order=name", "bob")

    assert [None, SECRET] == json.loads(text.splitlines()[0])["columns"]["host"]


async def test_a_signed_url_of_a_hidden_file_ends_with_the_sight_of_it(service: Service) -> None:
    await service.start_run("ending", "closing", entityName="ada")
    await open_to(service, "closing", "open")
    await service.start_run("own", "closing", "bob", entityName="ada")
    await upload(service, "diff.patch", "media/a.txt", project="closing", run="own", user="bob")
    asked = 'query { project(entityName: "ada", name: "closing") { run(name: "own") { files { edges { node {'
    asked += " directUrl } } } } } }"
    files = (await service.graphql(asked, "bob")).data["project"]["run"]["files"]
    urls = [edge["node"]["directUrl"] for edge in files["edges"]]
    assert [200, 200] == [(await service.http.get(url)).status_code for url in urls]

    await open_to(service, "closing", "public")

    assert [403, 200] == [(await service.http.get(url)).status_code for url in urls]


async def test_a_member_pays_no_statement_for_what_is_hidden_from_others(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = Statements(monkeypatch)

    asked = PROJECT % "runs { edges { node { name host config environment { command } } } }"

    assert ["select_environments", "select_project_by_name", "select_runs_page"] == await statements.of(service, asked)
