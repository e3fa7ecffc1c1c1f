"""Errors of documents: which status, which code, and nothing from inside."""

from __future__ import annotations

import base64
import json

import httpx
import pytest

from runfolio_server.graph.schema import MASKED_MESSAGE
from tests.service import BASE_URL, Answer, Service

NO_RUN = base64.b64encode(b"Run:5b1f3f0e-6a4e-5d0c-9d5c-7a9a3c2f8e11").decode()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (" ", "Syntax Error: Unexpected <EOF>"),
        ("{", "Syntax Error"),
        ("{ viewer { id }", "Syntax Error"),
        ("{ \ud800 }", "Syntax Error"),
        ("{ nothing }", "Cannot query field 'nothing' on type 'Query'"),
        ("{ viewer }", "must have a selection of subfields"),
        ("{ entity { id } }", "of type 'String!' is required, but it was not provided"),
        ("{ entity(name: 3) { id } }", "String cannot represent a non string value"),
        ("query($x: Nothing) { serverInfo { version } }", "Unknown type 'Nothing'"),
        ("query { ...missing }", "Unknown fragment 'missing'"),
        (
            "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
            "Cannot spread fragment 'a' within itself",
        ),
        ("{ ...a } fragment a on Query { viewer { id } ...a }", "Cannot spread fragment 'a' within itself"),
        ("query($n: String!) { entity(name: $n) { id } }", "Variable '$n' has invalid value"),
        ("subscription { runs { id } }", "subscription"),
        ("{ a" * 3000, "nested too deeply"),
    ],
)
async def test_a_document_that_is_wrong_is_200_with_a_reason(service: Service, query: str, message: str) -> None:
    answer = await _send(service, query)

    assert 200 == answer.status
    assert answer.body["data"] is None
    assert message in " ".join(error["message"] for error in answer.body["errors"])


async def test_what_is_not_there_is_null_and_no_error(service: Service) -> None:
    await service.start_run("here")

    answer = await service.graphql(
        '{ entity(name: "nobody") { id } project(name: "none") { id }'
        ' other: project(entityName: "bob", name: "p") { id } here: project(name: "p") { run(name: "none") { id } } }'
    )

    assert {"entity": None, "project": None, "other": None, "here": {"run": None}} == answer.data


@pytest.mark.parametrize(
    ("query", "status", "code", "path"),
    [
        ("{ projects(first: 1001) { totalCount } }", 400, "BAD_USER_INPUT", "first"),
        ("{ projects(first: -1) { totalCount } }", 400, "BAD_USER_INPUT", "first"),
        ('{ projects(after: "x") { totalCount } }', 400, "BAD_USER_INPUT", "after"),
        ('mutation { stopRun(input: {id: "x"}) { success } }', 400, "BAD_USER_INPUT", "id"),
        (f'mutation {{ stopRun(input: {{id: "{NO_RUN}"}}) {{ success }} }}', 404, "NOT_FOUND", "input.id"),
        ('mutation { createUser(input: {username: "bob"}) { user { id } } }', 409, "CONFLICT", None),
    ],
)
async def test_an_error_that_leaves_no_data_has_its_own_status(
    service: Service, query: str, status: int, code: str, path: str | None
) -> None:
    answer = await service.graphql(query)

    assert status == answer.status
    assert (code, path) == (answer.error["extensions"]["code"], answer.error["extensions"].get("path"))


async def test_one_who_may_not_is_403(service: Service) -> None:
    answer = await service.graphql('mutation { createUser(input: {username: "x"}) { user { id } } }', "eve")

    assert (403, "FORBIDDEN") == (answer.status, answer.error["extensions"]["code"])
    assert "Only a site admin may create users; eve is not one." == answer.error["message"]


async def test_partial_data_is_200_with_the_error_beside_it(service: Service) -> None:
    await service.start_run("here")

    answer = await service.graphql(
        '{ serverInfo { version } project(name: "p") { name run(name: "here") { history(samples: 0) } } }'
    )

    assert 200 == answer.status
    assert answer.body["data"]["serverInfo"]["version"]
    assert ["project", "run", "history"] == answer.error["path"]
    assert "samples is 0; allowed: 1 or more" == answer.error["message"]


async def test_objects_of_nulls_are_no_data(service: Service) -> None:
    await service.start_run("here")

    answer = await service.graphql('{ project(name: "p") { run(name: "here") { files(after: "x") { totalCount } } } }')

    assert (400, {"project": {"run": None}}) == (answer.status, answer.body["data"])
    assert "after 'x' is not a cursor of this list; take one from a page of it" == answer.error["message"]


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
async def test_a_name_that_cannot_be_stored_is_400_and_says_so(service: Service, name: str) -> None:
    answer = await _send(service, "query($n: String!) { entity(name: $n) { id } }", n=name)

    assert 400 == answer.status
    assert "cannot be stored" in answer.error["message"]


async def test_an_error_that_nobody_foresaw_is_500_and_tells_nothing(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    transport = httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with service.database.connection() as connection:
        await connection.script("ALTER TABLE projects RENAME COLUMN description TO secret_column")
    try:
        alone = await service.graphql('{ project(name: "p") { id } }')
        beside = await service.graphql('{ serverInfo { version } project(name: "p") { id } }')
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as http:
            stream = await http.post("/files/ada/new/r/file_stream", json={}, headers=service.headers("ada"))
    finally:
        async with service.database.connection() as connection:
            await connection.script("ALTER TABLE projects RENAME COLUMN secret_column TO description")

    assert (500, 200) == (alone.status, beside.status)
    for answer in (alone, beside):
        word = answer.error["extensions"]["id"]
        masked = {"message": MASKED_MESSAGE.format(f" {word}"), "extensions": {"code": "INTERNAL", "id": word}}
        assert {**masked, "path": ["project"]} == answer.error
    word = stream.headers["X-Request-Id"]
    masked = {"message": MASKED_MESSAGE.format(f" {word}"), "extensions": {"code": "INTERNAL", "id": word}}
    assert (500, [masked]) == (stream.status_code, stream.json()["errors"])
    for text in (str(alone.body), str(beside.body), stream.text):
        assert not any(word in text for word in ("description", "column", "SELECT", "asyncpg", "Traceback", ".py"))
    assert "does not exist" in caplog.text


async def _send(service: Service, query: str, **variables: object) -> Answer:
    # Lone surrogates have no UTF-8, but an escape.
    content = json.dumps({"query": query, "variables": variables})
    response = await service.http.post("/graphql", content=content, headers=service.headers("ada"))
    return Answer(response.status_code, response.json())
