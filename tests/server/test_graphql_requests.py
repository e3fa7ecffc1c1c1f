"""/graphql as HTTP: which bodies and keys are taken, and what the others are told."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from tests.service import Answer, Service

VERSION = "{ serverInfo { version } }"
TWO = "query One { viewer { username } } query Two { serverInfo { version } }"


async def _post(service: Service, content: bytes, user: str | None = "ada", **headers: str) -> Answer:
    response = await service.http.post("/graphql", content=content, headers={**service.headers(user), **headers})
    return Answer(response.status_code, response.json())


async def _send(service: Service, **body: Any) -> Answer:
    return await _post(service, json.dumps(body).encode())


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"operationName": ""},
        {"operationName": None},
        {"variables": None},
        {"variables": {}},
        {"variables": {"undeclared": 1, "more": [{"x": None}]}},
        {"operationName": "", "variables": {"undeclared": None}},
        {"extensions": {"x": 1}},
    ],
)
async def test_what_sdks_send_beside_a_document_is_taken(service: Service, more: dict[str, Any]) -> None:
    answer = await _send(service, query=VERSION, **more)

    assert "version" in answer.data["serverInfo"]


async def test_the_operation_name_chooses(service: Service) -> None:
    answer = await _send(service, query=TWO, operationName="One")

    assert {"viewer": {"username": "ada"}} == answer.data


@pytest.mark.parametrize(
    ("query", "name", "message"),
    [
        (TWO, "Three", "operationName 'Three' is not in the document, which has: One, Two"),
        (TWO, "", "operationName is absent; the document has: One, Two"),
        (TWO, None, "operationName is absent; the document has: One, Two"),
        ("query One { serverInfo { version } }", "Two", "operationName 'Two' is not in the document, which has: One"),
        ("type Query { a: Int }", None, "The document has no operation."),
        ("fragment f on Query { serverInfo { version } }", None, "The document has no operation."),
    ],
)
async def test_an_operation_that_is_not_chosen_is_told_with_those_there_are(
    service: Service, query: str, name: str | None, message: str
) -> None:
    answer = await _send(service, query=query, operationName=name)

    assert (400, message) == (answer.status, answer.error["message"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not valid JSON"),
        (b"{", "The body is not valid JSON"),
        (b"\xff\xfe", "The body is not valid JSON"),
        (b"[" * 50_000, "The body is not valid JSON"),
        (b"1" * 10_000, "The body is not valid JSON"),
        (b"[]", "a JSON object with a string `query`"),
        (b"[{}]", "a JSON object with a string `query`"),
        (b"null", "a JSON object with a string `query`"),
        (b"3", "a JSON object with a string `query`"),
        (b"{}", "a JSON object with a string `query`"),
        (b'{"query": ""}', "a JSON object with a string `query`"),
        (b'{"query": null}', "a JSON object with a string `query`"),
        (b'{"query": ["x"]}', "a JSON object with a string `query`"),
        (b'{"query": "{ a }", "variables": []}', "`variables` must be an object"),
        (b'{"query": "{ a }", "variables": "{}"}', "`variables` must be an object"),
        (b'{"query": "{ a }", "operationName": 3}', "`operationName` must be a string"),
    ],
)
async def test_a_body_of_another_shape_is_told_what_is_wrong(service: Service, body: bytes, message: str) -> None:
    answer = await _post(service, body)

    assert 400 == answer.status
    assert message in answer.error["message"]
    assert len(answer.error["message"]) < 500


async def test_a_body_over_the_limit_is_refused_with_the_limit(service: Service) -> None:
    by_length = await _post(service, b" " * (service.settings.max_body_bytes + 1))
    lying = await service.http.post(
        "/graphql", content=b"{}", headers={**service.headers("ada"), "Content-Length": "9" * 40}
    )

    assert (413, "TOO_LARGE") == (by_length.status, by_length.error["extensions"]["code"])
    assert str(service.settings.max_body_bytes) in by_length.error["message"]
    assert 413 == lying.status_code


async def test_a_browser_gets_graphiql_and_anything_else_is_told_to_post(service: Service) -> None:
    page = await service.http.get("/graphql", headers={"Accept": "text/html,application/xhtml+xml"})
    other = await service.http.get("/graphql", headers={"Accept": "application/json"})
    root = await service.http.get("/")

    assert (200, True) == (page.status_code, "graphiql" in page.text.lower())
    assert (405, "POST") == (other.status_code, other.headers["Allow"])
    assert (307, "graphql") == (root.status_code, root.headers["Location"])


@pytest.mark.parametrize("path", ["/graphql/", "/healthz/", "/objects/download/x/"])
async def test_a_slash_too_many_leads_nobody_to_the_host_that_a_header_says(service: Service, path: str) -> None:
    answer = await service.http.get(path, headers={"Host": "evil.example"})

    assert 400 <= answer.status_code < 500
    assert "Location" not in answer.headers


async def test_a_path_that_is_not_there_is_told_as_json(service: Service) -> None:
    missing = await service.http.post("/sdk/otel/v1/metrics")
    long = await service.http.get("/" + "a" * 10_000)
    method = await service.http.put("/graphql")

    assert (404, "Not Found: POST /sdk/otel/v1/metrics") == (
        missing.status_code,
        missing.json()["errors"][0]["message"],
    )
    assert 405 == method.status_code
    assert 404 == long.status_code
    assert len(long.content) < 300


@pytest.mark.parametrize("path", ["/graphql", "/export/ada/p/runs.ndjson"])
async def test_a_body_that_is_compressed_is_told_so(service: Service, path: str) -> None:
    headers = {**service.headers("ada"), "Content-Encoding": "gzip"}
    response = await service.http.post(path, content=gzip.compress(b"{}"), headers=headers)

    (error,) = response.json()["errors"]
    assert (400, ["identity"]) == (response.status_code, error["extensions"]["allowed"])
    assert "Content-Encoding 'gzip'" in error["message"]


def _basic(user: str, key: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()


@pytest.mark.parametrize("scheme", ["bearer", "Bearer", "api", "user", "", "basic in capitals"])
async def test_a_key_signs_in_as_bearer_and_as_basic_of_any_user(service: Service, scheme: str) -> None:
    key = service.keys["bob"]
    header = f"{scheme} {key}" if scheme.lower() == "bearer" else _basic(scheme, key)
    if scheme == "basic in capitals":
        header = "BASIC" + _basic("api", key)[5:]

    answer = await _post(
        service, json.dumps({"query": "{ viewer { username } }"}).encode(), user=None, Authorization=header
    )

    assert "bob" == answer.data["viewer"]["username"]


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer " + "0" * 40,
        "Bearer " + "x" * 100_000,
        "Bearer \xfc",
        "Basic",
        "Basic !!!",
        "Basic \xfc\xfc\xfc\xfc",
        "Basic YXBp",
        "Basic YXBpOg==",
        "Basic /////w==",
        "Basic AAAAAAAA",
        _basic("api", "0" * 40),
        _basic("0" * 40, ""),
        "Digest " + "0" * 40,
        "0" * 40,
    ],
)
async def test_a_request_without_a_valid_key_is_401_with_a_reason_and_learns_nothing(
    service: Service, header: str
) -> None:
    headers = [(b"Authorization", header.encode("latin-1"))]
    answers = [
        await service.http.post("/graphql", json={"query": VERSION}, headers=headers),
        await service.http.post("/graphql", content=b"{", headers=headers),
        await service.http.post("/files/ada/p/r/file_stream", json={}, headers=headers),
    ]

    for answer in answers:
        error = answer.json()["errors"][0]
        assert (401, "UNAUTHENTICATED") == (answer.status_code, error["extensions"]["code"])
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert "key" in error["message"].lower() or "Authorization" in error["message"]
        assert "data" not in answer.json()


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}], ids=["no header", "an empty one"])
async def test_a_request_without_a_key_may_read_what_is_public_and_change_nothing(
    service: Service, headers: dict[str, str]
) -> None:
    read = await service.http.post("/graphql", json={"query": "{ viewer { username } }"}, headers=headers)
    change = 'mutation { upsertBucket(input: {name: "r", modelName: "p", entityName: "ada"}) { inserted } }'
    refused = [
        await service.http.post("/graphql", json={"query": change}, headers=headers),
        await service.http.post("/files/ada/p/r/file_stream", json={}, headers=headers),
    ]

    assert (200, {"data": {"viewer": None}}) == (read.status_code, read.json())
    for answer in refused:
        assert (401, "UNAUTHENTICATED") == (answer.status_code, answer.json()["errors"][0]["extensions"]["code"])
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize("origin", ["http://evil.test", "https://runfolio.test:444", "null", "http://[", ""])
async def test_a_page_of_another_site_cannot_use_the_key_that_a_browser_keeps(service: Service, origin: str) -> None:
    key = _basic("api", service.keys["ada"])
    body = json.dumps({"query": VERSION}).encode()

    answer = await _post(service, body, None, Authorization=key, Origin=origin, Host="runfolio.test")

    assert 403 == answer.status
    assert f"A page of {origin!r} may not use the key" in answer.body["errors"][0]["message"]


async def test_pages_of_this_server_and_those_that_know_a_key_are_answered(service: Service) -> None:
    key = service.keys["ada"]
    body = json.dumps({"query": VERSION}).encode()

    for authorization, origin in (
        (_basic("api", key), "https://runfolio.test"),
        (f"Bearer {key}", "http://evil.test"),
    ):
        answer = await _post(service, body, None, Authorization=authorization, Origin=origin, Host="runfolio.test")
        assert 200 == answer.status
