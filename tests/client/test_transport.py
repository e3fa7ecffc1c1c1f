"""What is sent, what is tried again, and which error each answer becomes."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

import runfolio
from runfolio import Api, AsyncApi

VIEWER = {
    "id": "VXNlcjox",
    "username": "ada",
    "name": "ada",
    "createdAt": "2026-01-01T00:00:00+00:00",
    "email": None,
    "admin": True,
    "defaultEntity": {"id": "x", "name": "ada", "kind": "user", "createdAt": "2026-01-01T00:00:00+00:00"},
}


class Wire:
    """Answers requests with these answers in turn, the last one again and again; keeps the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok() -> httpx.Response:
    """The answer to GetViewer."""
    return httpx.Response(200, json={"data": {"viewer": VIEWER}})


def refusal(status: int, message: str = "No.", **extensions: object) -> httpx.Response:
    """An answer that holds one error and no data."""
    error = {"message": message, "extensions": extensions}
    return httpx.Response(status, json={"errors": [error], "data": None}, headers={"Retry-After": "0"})


def api(wire: Callable[[httpx.Request], httpx.Response], timeout: float = 30) -> Api:
    """An Api whose network is the wire."""
    return Api("http://server.example.org", "secret", transport=httpx.MockTransport(wire), timeout=timeout)


def test_a_document_is_posted_with_the_key_and_the_name_of_its_operation() -> None:
    wire = Wire(ok())

    viewer = api(wire).viewer

    assert "ada" == viewer.username
    (request,) = wire.requests
    assert "http://server.example.org/graphql" == str(request.url)
    assert "Bearer secret" == request.headers["Authorization"]
    assert request.headers["User-Agent"].startswith("runfolio/")
    assert "GetViewer" == json.loads(request.content)["operationName"]


@pytest.mark.parametrize(
    "failure", [refusal(408), refusal(429), refusal(502), refusal(503), refusal(504), httpx.ReadError("lost")]
)
def test_a_query_is_sent_again_after_what_may_pass(failure: httpx.Response | Exception) -> None:
    wire = Wire(failure, ok())

    assert "ada" == api(wire).viewer.username
    assert 2 == len(wire.requests)


async def test_the_async_client_tries_again_too() -> None:
    wire = Wire(refusal(503), httpx.ConnectError("refused"), ok())

    async with AsyncApi("http://server.example.org", "k", transport=httpx.MockTransport(wire)) as async_api:
        viewer = await async_api.viewer

    assert "ada" == viewer.username
    assert 3 == len(wire.requests)


def test_trying_again_ends_with_the_servers_own_words() -> None:
    wire = Wire(refusal(503, "The database is away.", code="UNAVAILABLE"))

    with pytest.raises(runfolio.UnavailableError, match=r"The database is away\."):
        _ = api(wire).viewer
    assert 6 == len(wire.requests)


def test_a_wait_beyond_the_timeout_is_not_begun() -> None:
    wire = Wire(httpx.Response(429, json={"errors": [{"message": "Later."}]}, headers={"Retry-After": "3600"}))

    with pytest.raises(runfolio.TooManyRequestsError, match=r"Later\."):
        _ = api(wire, timeout=5).viewer
    assert 1 == len(wire.requests)


def test_nobody_there_is_told_with_the_address() -> None:
    wire = Wire(httpx.ConnectError("Connection refused"))

    with pytest.raises(runfolio.UnavailableError, match=r"No answer from http://server\S+ .tried 6 times.") as caught:
        _ = api(wire).viewer
    assert caught.value.status is None


MUTATION = "mutation { generateApiKey(input: {}) { apiKey { name } } }"


@pytest.mark.parametrize("failure", [refusal(503), httpx.ReadError("lost"), httpx.ReadTimeout("slow")])
def test_a_mutation_of_your_own_is_not_repeated_when_it_may_have_been_done(
    failure: httpx.Response | Exception,
) -> None:
    wire = Wire(failure)

    with pytest.raises(runfolio.UnavailableError):
        api(wire).query(MUTATION)
    assert 1 == len(wire.requests)


def test_a_mutation_of_your_own_is_repeated_when_it_was_never_sent() -> None:
    wire = Wire(httpx.ConnectError("refused"), httpx.Response(200, json={"data": {"done": True}}))

    assert {"done": True} == api(wire).query(MUTATION)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "BAD_USER_INPUT", runfolio.BadRequestError),
        (200, "BAD_USER_INPUT", runfolio.BadRequestError),
        (200, "TOO_EXPENSIVE", runfolio.BadRequestError),
        (401, "UNAUTHENTICATED", runfolio.AuthenticationError),
        (403, "FORBIDDEN", runfolio.PermissionDeniedError),
        (200, "FORBIDDEN", runfolio.PermissionDeniedError),
        (404, "NOT_FOUND", runfolio.NotFoundError),
        (409, "CONFLICT", runfolio.ConflictError),
        (410, "GONE", runfolio.ConflictError),
        (413, "TOO_LARGE", runfolio.TooLargeError),
        (413, "ANSWER_TOO_LARGE", runfolio.TooLargeError),
        (500, "INTERNAL", runfolio.ServerError),
        (418, "UNHEARD_OF", runfolio.ApiError),
    ],
)
def test_the_code_decides_the_class(status: int, code: str, expected: type[runfolio.ApiError]) -> None:
    wire = Wire(refusal(status, "No such luck.", code=code, path="input.x", allowed=["a", "b"]))

    with pytest.raises(runfolio.ApiError) as caught:
        _ = api(wire).viewer

    error = caught.value
    assert expected is type(error)
    assert ("No such luck.", code, status, "input.x", ("a", "b")) == (
        error.message,
        error.code,
        error.status,
        error.path,
        error.allowed,
    )


def test_errors_beside_data_are_raised_too() -> None:
    answer = {"data": {"viewer": None}, "errors": [{"message": "One."}, {"message": "Two."}, {"message": "One."}]}

    with pytest.raises(runfolio.BadRequestError, match=r"^One\.; Two\.$"):
        _ = api(Wire(httpx.Response(200, json=answer))).viewer


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(404, html="<h1>nginx</h1>"), "answered 404, not as a runfolio server does$"),
        (httpx.Response(404, json={"errors": [{"message": "Not Found: POST /x/graphql"}]}), "Not Found: POST"),
        (httpx.Response(200, html="<html>"), "is the base URL right"),
        (httpx.Response(200, json=[1]), "is the base URL right"),
        (httpx.Response(301, headers={"Location": "https://server.example.org/graphql"}), "give that as the base URL"),
    ],
)
def test_a_wrong_address_is_told_as_such_and_not_as_a_missing_run(answer: httpx.Response, expected: str) -> None:
    with pytest.raises(runfolio.ApiError, match=expected) as caught:
        _ = api(Wire(answer)).viewer

    assert runfolio.ApiError is type(caught.value)


def test_an_answer_of_an_unknown_shape_is_told_without_its_content() -> None:
    with pytest.raises(runfolio.ApiError, match="GetViewer in a shape") as caught:
        _ = api(Wire(httpx.Response(200, json={"data": {"viewer": {"username": "secret"}}}))).viewer

    assert "secret" not in str(caught.value)
