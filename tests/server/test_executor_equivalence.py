"""What clients ask is answered byte for byte as graphql-core would, and pages of runs take the compiled way.

Documents: our client's own, what the W&B SDK 0.31 asks (its field sets in our words), and generated ones.
"""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from runfolio_server.graph.schema import schema
from runfolio_server.sql.pool import Connection
from tests.both_executors import Watch
from tests.generated_documents import documents
from tests.server.client_operations import DOCUMENTS, INPUTS, REFUSED, VARIABLES
from tests.service import Service

PAGES = {"ListRuns": "project.runs.edges", "ListProjects": "projects.edges"}

LAZY_RUN = (
    "id tags name displayName sweepName state group jobType commit readOnly createdAt heartbeatAt description notes"
    " historyLineCount user { name username }"
)
FULL_RUN = f"{LAZY_RUN} config systemMetrics summaryMetrics historyKeys"
USER = (
    "id name username email admin flags entity deletedAt apiKeys { edges { node { id name description } } }"
    " teams { edges { node { name } } }"
)
RUNS = (
    "query($project: String!, $entity: String!, $cursor: String, $perPage: Int = 50) {"
    " project(name: $project, entityName: $entity) { internalId readOnly runs(after: $cursor, first: $perPage) {"
    " edges { node { projectId ...RunParts } cursor } pageInfo { endCursor hasNextPage } } } }"
    " fragment RunParts on Run { %s }"
)
RUN = (
    "query($project: String!, $entity: String!, $name: String!) { project(name: $project, entityName: $entity) {"
    " run(name: $name) { projectId ...RunParts } } } fragment RunParts on Run { %s }"
)
# The list that must not be completed item by item → document.
SDK_DOCUMENTS = {
    "lazy runs": ("project.runs.edges", RUNS % LAZY_RUN),
    "runs": ("project.runs.edges", RUNS % FULL_RUN),
    "runs of sweeps and projects": (
        "project.runs.edges",
        RUNS % "sweepName stopped project { id internalId name entityName isBenchmark readOnly entity { name } }",
    ),
    "lazy run": (None, RUN % LAZY_RUN),
    "run": (None, RUN % FULL_RUN),
    "run to resume": (
        None,
        "query($project: String, $entity: String, $name: String!) { model(name: $project, entityName: $entity) { id"
        " name entity { id name } bucket(name: $name, missingOk: true) { id name summaryMetrics displayName"
        " logLineCount historyLineCount eventsLineCount historyTail eventsTail config tags"
        ' wandbConfig(keys: ["t"]) } } }',
    ),
    "files": (
        None,
        "query($project: String!, $entity: String!, $name: String!, $upload: Boolean = false) {"
        " project(name: $project, entityName: $entity) { internalId run(name: $name) { fileCount files(names: [],"
        " first: 50) { edges { node { id name url(upload: $upload) directUrl sizeBytes mimetype updatedAt md5 } cursor"
        " } pageInfo { endCursor hasNextPage } } } } }",
    ),
    "console": (
        None,
        "query($project: String!, $entity: String!, $name: String!) { project(name: $project, entityName: $entity) {"
        " run(name: $name) { logLineCount logLines(first: 100) { edges { node { line level label number timestamp }"
        " cursor } pageInfo { hasNextPage endCursor } } } } }",
    ),
    "viewer": (None, f"{{ viewer {{ {USER} }} }}"),
    "projects": (
        None,
        "query($entity: String) { models(entityName: $entity, first: 50) { pageInfo { __typename endCursor hasNextPage"
        " } edges { node { __typename id name entityName createdAt isBenchmark user { " + USER + " } } } } }",
    ),
}
# Fields that need arguments, or answer more with some.
ARGUMENTS = {
    "Query.project": '(name: "p", entityName: "ada")',
    "Query.model": '(name: "p", entityName: "ada")',
    "Query.entity": '(name: "ada")',
    "Entity.project": '(name: "p")',
    # What goes over all runs of each project of a full page is too dear.
    "Query.projects": "(first: 2)",
    "Query.models": "(first: 2)",
    "Entity.projects": "(first: 2)",
    "Project.run": '(name: "run1")',
    "Project.bucket": '(name: "run1")',
    "Project.runs": "(first: 3)",
    "Project.runGroups": '(by: ["state"], metrics: ["config.lr"])',
    "Project.runValues": '(field: "tags")',
    "Project.runHistogram": '(field: "config.lr", bins: 3)',
    "Project.runKeys": "(document: CONFIG)",
    "Run.sampledHistory": '(specs: ["{}"])',
    "Run.parquetHistory": "(liveKeys: [])",
}
# Signed for a moment, changed by the same mutation twice, or noted to the minute.
BEGIN = (
    'mutation { beginArtifact(input: {projectName: "p", collection: "model", type: "model", digest: "x",'
    ' clientId: "begun"}) { artifact { id } } }'
)
VOLATILE = re.compile(
    rb'"http://[^"]*"|(?<=updatedAt":)"[^"]*"|(?<=heartbeatAt":)"[^"]*"|(?<=lastUsedAt_\d":)"[^"]*"'
    rb'|(?<=lastUsedAt":)"[^"]*"'
    # What is left of a key is less with each request.
    rb'|(?<=RateLimit_remaining":)\d+|(?<=RateLimit_remaining_\d":)\d+'
    rb'|(?<=RateLimit_resetAt":)"[^"]*"|(?<=RateLimit_resetAt_\d":)"[^"]*"'
)


@pytest.fixture(scope="module")
async def filled(service: Service) -> Service:
    """Runs with history, console lines and different makers in one project; another project; a file."""
    for number in range(7):
        config = json.dumps({"lr": {"value": number / 10}, "name": {"value": "\u00fcber\ud800"}})
        await service.start_run(f"run{number}", config=config, tags=["a", "b"][: number % 3], groupName="fold")
        lines = [json.dumps({"_step": step, "loss": step / 3, "text": "x"}) for step in range(number)]
        await service.log(f"ada/p/run{number}", 0, lines)
    console = {"files": {"output.log": {"offset": 0, "content": ["one\n", "ERROR two\n"]}}}
    await service.stream("ada/p/run1", console)
    await service.start_run("alone", project="q")
    allowed = await service.graphql(
        'mutation { createRunFiles(input: {entityName: "ada", projectName: "p", runName: "run1",'
        ' files: ["a.txt", "b.png"]}) { files { uploadUrl } } }'
    )
    for file in allowed.data["createRunFiles"]["files"]:
        await service.http.put(file["uploadUrl"], content=b"bytes")
    async with service.database.connection() as connection:
        await connection.script(
            "UPDATE runs SET created_by = (SELECT max(user_id) FROM users) WHERE name IN ('run1', 'run4')"
        )
    return service


async def ask(
    service: Service, monkeypatch: pytest.MonkeyPatch, document: str, name: str | None = None, **variables: object
) -> tuple[bytes, bytes, list[str]]:
    """What graphql-core answers, what we answer, and the lists that we completed as graphql-core does."""
    watch = Watch()
    answers = []
    for executor in (StrawberryGraphQLCoreExecutionContext, watch.executor()):
        with monkeypatch.context() as patch:
            patch.setattr(schema, "execution_context_class", executor)
            response = await service.http.post(
                "/graphql",
                json={"query": document, "operationName": name, "variables": VARIABLES | variables},
                headers=service.headers("ada"),
            )
        assert (200 == response.status_code) != (name in REFUSED), response.text
        answers.append(VOLATILE.sub(b'"-"', response.content))
    return answers[0], answers[1], watch.generic


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_an_operation_of_our_client_is_answered_the_same(
    filled: Service, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    run = (await filled.graphql('{ project(name: "p") { run(name: "run2") { id } } }')).data["project"]["run"]
    made = await filled.graphql('mutation { createProject(input: {name: "spare"}) { project { id } } }')
    begun = await filled.graphql(BEGIN)
    ids = {
        "run": run["id"],
        "spare": made.data["createProject"]["project"]["id"],
        "artifact": begun.data["beginArtifact"]["artifact"]["id"],
    }
    change = {
        key: ids.get(str(value), value) if key == "id" or key.endswith("Id") else value
        for key, value in INPUTS.get(name, {}).items()
    }

    generic, compiled, done_over = await ask(
        filled, monkeypatch, DOCUMENTS[name], name, input=change, id=ids["artifact"]
    )

    assert generic == compiled
    assert (b'"errors"' in compiled) == (name in REFUSED)
    assert PAGES.get(name) not in done_over


@pytest.mark.parametrize("asked", SDK_DOCUMENTS)
@pytest.mark.parametrize("project", ["p", "q", "nowhere"])
async def test_what_the_sdk_asks_is_answered_the_same(
    filled: Service, monkeypatch: pytest.MonkeyPatch, asked: str, project: str
) -> None:
    page, document = SDK_DOCUMENTS[asked]

    generic, compiled, done_over = await ask(filled, monkeypatch, document, project=project)

    assert generic == compiled
    assert b'"errors"' not in compiled
    assert page not in done_over


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(document=documents(schema._schema, ARGUMENTS), either=st.booleans())
async def test_a_generated_document_is_answered_the_same(
    filled: Service, monkeypatch: pytest.MonkeyPatch, document: str, either: bool
) -> None:
    generic, compiled, _ = await ask(filled, monkeypatch, document, either=either)
    # Ours alone looks at what a document costs, and seldom one is too dear.
    assume(b'"TOO_EXPENSIVE"' not in compiled)

    assert generic == compiled


async def test_a_page_of_runs_asks_the_database_once_for_each_kind_of_related_object(
    filled: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    rows = Connection.rows

    async def counted(self: Connection, query: object, *arguments: object) -> object:
        asked.append(getattr(query, "name", ""))
        return await rows(self, query, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Connection, "rows", counted)

    await filled.graphql(RUNS % (FULL_RUN + " project { entity { name } }"), project="p", entity="ada")

    assert sorted(
        ["select_runs_page", "select_users", "select_streams", "select_keys", "select_projects", "select_entities"]
    ) == sorted(set(asked))
    # Asked side by side, two fields may both find that the streams have not come yet.
    assert len(asked) <= 7
