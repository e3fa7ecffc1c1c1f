"""A key has so many requests in a minute: told in every answer, refused beyond, and visible in GraphQL."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from runfolio_server.actions.identity.sign_in import SignIn
from runfolio_server.key_requests import KeyRequests
from tests.service import Service

VIEWER = {"query": "{ viewer { username } }"}
RATE_LIMIT = "{ rateLimit { limit remaining resetAt cost costLimit } }"


@pytest.fixture
async def counted(service: Service) -> AsyncIterator[Service]:
    """The service, where a key has three requests a minute; it is the middle of the minute of all keys."""
    state = service.app.state
    usual = state.sign_in
    began = time.monotonic()
    state.sign_in = SignIn(service.database, state.remembered_access, KeyRequests(3, clock=lambda: began))
    yield service
    state.sign_in = usual


async def test_each_answer_tells_what_is_left_of_the_key_and_beyond_it_is_429(counted: Service) -> None:
    ada, bob = counted.headers("ada"), counted.headers("bob")
    answers = [await counted.http.post("/graphql", json=VIEWER, headers=ada) for _ in range(4)]
    other = await counted.http.post("/graphql", json=VIEWER, headers=bob)

    assert [200, 200, 200, 429] == [answer.status_code for answer in answers]
    assert ["2", "1", "0", "0"] == [answer.headers["RateLimit-Remaining"] for answer in answers]
    assert {"3"} == {answer.headers["RateLimit-Limit"] for answer in answers}
    assert all(0 < int(answer.headers["RateLimit-Reset"]) <= 60 for answer in answers)
    assert answers[3].headers["RateLimit-Reset"] == answers[3].headers["Retry-After"]
    (error,) = answers[3].json()["errors"]
    assert "RATE_LIMITED" == error["extensions"]["code"]
    assert "3 requests of this minute" in error["message"]
    assert (200, "2") == (other.status_code, other.headers["RateLimit-Remaining"])


async def test_batches_and_exports_count_with_documents(counted: Service) -> None:
    headers = counted.headers("ada")
    await counted.start_run("r")
    batch = await counted.http.post("/files/ada/p/r/file_stream", json={"files": {}}, headers=headers)
    export = await counted.http.get("/export/ada/p/runs.ndjson", headers=headers)
    refused = await counted.http.post("/files/ada/p/r/file_stream", json={"files": {}}, headers=headers)

    assert (200, 200, 429) == (batch.status_code, export.status_code, refused.status_code)
    assert "Retry-After" in refused.headers


async def test_a_key_that_is_nobodys_counts_for_nobody_and_is_told_nothing(counted: Service) -> None:
    for key, status in ((None, 200), ("0" * 40, 401)):
        answer = await counted.http.post("/graphql", json=VIEWER, headers=counted.headers(key))

        assert status == answer.status_code
        assert "RateLimit-Limit" not in answer.headers


async def test_graphql_tells_the_same_and_what_the_document_costs(counted: Service) -> None:
    headers = counted.headers("ada")
    answer = await counted.http.post("/graphql", json={"query": RATE_LIMIT}, headers=headers)
    dearer = f'{{ project(name: "p") {{ runs(first: 100) {{ edges {{ node {{ name }} }} }} }} {RATE_LIMIT[2:]}'
    more = await counted.graphql(dearer)

    told = answer.json()["data"]["rateLimit"]
    assert (3, 2) == (told["limit"], told["remaining"])
    until = datetime.fromisoformat(told["resetAt"]) - datetime.now(UTC)
    assert abs(until - timedelta(seconds=int(answer.headers["RateLimit-Reset"]))) < timedelta(seconds=30)
    assert 0 < told["cost"] < more.data["rateLimit"]["cost"] < told["costLimit"]
    assert 1 == more.data["rateLimit"]["remaining"]


async def test_where_nothing_is_counted_nothing_is_told_but_the_cost(service: Service) -> None:
    state = service.app.state
    usual = state.sign_in
    state.sign_in = SignIn(service.database, state.remembered_access, KeyRequests(0))
    try:
        answer = await service.http.post("/graphql", json={"query": RATE_LIMIT}, headers=service.headers("ada"))
    finally:
        state.sign_in = usual

    told = answer.json()["data"]["rateLimit"]
    assert [None] * 3 == [told[name] for name in ("limit", "remaining", "resetAt")]
    assert 0 < told["cost"]
    assert "RateLimit-Limit" not in answer.headers


async def test_the_default_is_far_beyond_a_hundred_processes(service: Service) -> None:
    # 20 requests to start, and one a second.
    assert service.settings.key_requests_per_minute > 10 * 100 * (20 + 60)
