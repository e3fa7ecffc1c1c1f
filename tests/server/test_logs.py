"""What the server logs of requests: an id that the caller was told, and nothing of a key or a token."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from runfolio_server.endpoints.noted_requests import ACCESS_LOGGER
from runfolio_server.log_lines import JsonLine
from tests.service import BASE_URL, Service, open_service

BROKEN = "ALTER TABLE projects RENAME COLUMN {} TO {}"


class Lines(logging.StreamHandler):  # type: ignore[type-arg]
    """What would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLine("api"))
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """The lines of the log of this process, those of accesses too."""
    handler = Lines()
    logging.getLogger().addHandler(handler)
    ACCESS_LOGGER.setLevel(logging.INFO)
    yield handler.written
    ACCESS_LOGGER.setLevel(logging.NOTSET)
    logging.getLogger().removeHandler(handler)


async def test_an_unforeseen_error_tells_one_word_that_the_log_has_with_its_trace(
    service: Service, lines: list[str]
) -> None:
    transport = httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
    headers = {**service.headers("ada"), "Cookie": "runfolio_session=tasty"}
    async with service.database.connection() as connection:
        await connection.script(BROKEN.format("description", "hidden"))
    try:
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as http:
            document = {"query": '{ project(name: "p") { id } }'}
            asked = await http.post("/graphql", json=document, headers=headers)
            streamed = await http.post("/files/ada/n%0Aforged/r/file_stream", json={}, headers=headers)
    finally:
        async with service.database.connection() as connection:
            await connection.script(BROKEN.format("hidden", "description"))

    for answer in (asked, streamed):
        (error,) = answer.json()["errors"]
        word = error["extensions"]["id"]
        assert word == answer.headers["X-Request-Id"]
        assert word in error["message"]
        (found,) = [fields for fields in map(json.loads, lines) if fields.get("request_id") == word]
        assert "does not exist" in found["trace"]
        assert found["user_id"]
    assert not any(secret in line for line in lines for secret in (service.keys["ada"], "tasty", "\n"))


async def test_an_id_of_a_proxy_is_kept_where_it_is_one_word_and_others_are_not(service: Service) -> None:
    for given, kept in (("abcdef-0123_4567", True), ("short", False), ("two words here", False), ("a" * 65, False)):
        answer = await service.http.get("/healthz", headers={"X-Request-Id": given})

        assert (given == answer.headers["X-Request-Id"]) is kept
        assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/", "/nothing/is/here", "/graphql", "/healthz", "/metrics"])
async def test_every_answer_has_an_id_of_its_own(service: Service, path: str) -> None:
    one, another = [await service.http.get(path) for _ in range(2)]

    assert one.headers["X-Request-Id"] != another.headers["X-Request-Id"]


async def test_the_access_log_has_routes_and_users_and_no_names_or_tokens(
    service: Service, database_url: str, tmp_path: Path, lines: list[str]
) -> None:
    async with open_service(database_url, tmp_path, (), access_log="1") as logging_service:
        logging_service.keys = service.keys
        lines.clear()
        await logging_service.graphql("{ viewer { id } }")
        await logging_service.http.get("/objects/download/secret.token/cat.png")
        await logging_service.stream("ada/p/absent-run", {})

    accesses = [fields for fields in map(json.loads, lines) if fields["logger"] == ACCESS_LOGGER.name]
    assert ["/graphql", "/objects/download/{token}/{name}", "/files/{entity}/{project}/{run}/file_stream"] == [
        fields["route"] for fields in accesses
    ]
    assert [200, 403] == [fields["status"] for fields in accesses[:2]]
    assert all(fields["ms"] > 0 and fields["request_id"] for fields in accesses)
    assert [True, False, True] == ["user_id" in fields for fields in accesses]
    assert not any(secret in line for line in lines for secret in (service.keys["ada"], "secret.token", "absent-run"))
