"""`serve` itself stands behind the door: thousands of idle connections, and headers of every answer."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.live_server import LiveServer
from tests.server.running_serve import Start

FEW, MANY = 256, 1000


@pytest.fixture
def few_descriptors() -> Iterator[None]:
    """What the server is started with; this process has more again afterwards."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_thousand_connections_that_ask_nothing_leave_room_for_others(start: Start, few_descriptors: None) -> None:
    server = start("--processes", "1")
    server.wait_until_ready()
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * MANY, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    host, port = server.url.removeprefix("http://").split(":")

    with ExitStack() as held:
        for _ in range(MANY):
            held.enter_context(socket.create_connection((host, int(port)))).sendall(b"GET / HT")

        assert server.answers()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 307),
        ("GET", "/graphql", 405),
        ("POST", "/graphql", 415),
        ("GET", "/schema.graphql", 200),
        ("GET", "/healthz", 200),
        ("GET", "/ada/p", 200),
        ("GET", "/no/such/path/at/all", 404),
        ("PUT", "/objects/upload/x", 403),
        ("GET", "/objects/download/x/y", 403),
    ],
)
def test_every_answer_says_that_its_type_is_its_type(
    live_server: LiveServer, method: str, path: str, status: int
) -> None:
    answer = httpx.request(method, live_server.base_url + path)

    assert (status, ["nosniff"]) == (answer.status_code, answer.headers.get_list("X-Content-Type-Options"))
