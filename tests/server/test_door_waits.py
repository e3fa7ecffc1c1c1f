"""Nothing waits for ever: heads, bodies, readers of answers and connections end when nothing moves, and only then."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import pytest

from tests.server.door_server import DoorServer, is_closed, read_answer, run_door_server

WINDOW_S, WINDOW_BYTES = 0.4, 1000
POST = b"POST /echo HTTP/1.1\r\nContent-Length: 3000\r\n\r\n"
CHUNKED = b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[DoorServer]:
    with run_door_server(
        head_s=0.3, idle_s=0.3, window_s=WINDOW_S, window_bytes=WINDOW_BYTES, refused_s=0.3, discarded_bytes_max=300_000
    ) as served:
        yield served


@pytest.fixture(autouse=True)
def nothing_is_left(server: DoorServer) -> Iterator[None]:
    """Whatever a test did, the door has all of it back."""
    yield
    server.wait_until(lambda: (0, 0, 0) == (server.door.connections.used, server.door.unread.used, server.door.refused))


@pytest.mark.parametrize(
    "sent",
    [
        b"G",
        b"GET / HTTP/1.1\r\nA",
        b"GET / HTTP/1.1\r\nA: b\r\n",
        POST,
        POST + b"abc",
        b"POST /hold HTTP/1.1\r\nContent-Length: 3000\r\n\r\nabc",
        CHUNKED,
        CHUNKED + b"5\r\nab",
        CHUNKED + b"5;x",
        CHUNKED + b"2\r\nab\r\n0\r\nA: b",
    ],
)
def test_an_unfinished_request_ends_with_408(server: DoorServer, sent: bytes) -> None:
    answer = server.ask(sent)

    assert (408, "TOO_SLOW", "close") == (answer.status, answer.code, answer.headers["connection"])


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
def test_a_connection_that_asks_nothing_ends_without_a_word(server: DoorServer, sent: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(sent)

        assert is_closed(connection)


def test_a_connection_that_asks_nothing_more_ends(server: DoorServer) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        stream = connection.makefile("rb")

        assert 200 == read_answer(stream).status
        assert b"" == stream.read(1)


def test_the_application_learns_that_the_rest_of_a_body_will_not_come(server: DoorServer) -> None:
    before = server.disconnects
    server.ask(POST + b"abc")

    server.wait_until(lambda: server.disconnects == before + 1)


def test_a_body_that_moves_may_take_as_long_as_it_likes(server: DoorServer) -> None:
    with server.connect() as connection:
        connection.sendall(b"POST /echo HTTP/1.1\r\nContent-Length: 12000\r\n\r\n")
        started = time.monotonic()
        for _ in range(12):
            connection.sendall(b"a" * WINDOW_BYTES)
            time.sleep(WINDOW_S / 4)
        answer = read_answer(connection.makefile("rb"))

    assert time.monotonic() - started > 2 * WINDOW_S
    assert (200, 12_000) == (answer.status, len(answer.body))


def test_an_answer_that_nobody_takes_ends(server: DoorServer) -> None:
    with server.connect() as connection, server.connect() as closing:
        connection.sendall(b"GET /long HTTP/1.1\r\n\r\n")
        closing.sendall(b"GET /long HTTP/1.0\r\n\r\n")

        server.wait_until(lambda: server.door.connections.used == 2)
        server.wait_until(lambda: server.door.connections.used == 0)


def test_an_answer_that_is_taken_slowly_goes_on(server: DoorServer) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /long HTTP/1.1\r\n\r\n")
        taken = 0
        started = time.monotonic()
        while time.monotonic() - started < 3 * WINDOW_S:
            taken += len(connection.recv(4_000_000))
            time.sleep(WINDOW_S / 10)

        assert 1 == server.on_loop(lambda: server.door.connections.used)
        assert taken > 0


def test_an_answer_before_the_body_leaves_the_connection_to_the_next_request(server: DoorServer) -> None:
    with server.connect() as connection:
        stream = connection.makefile("rb")
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n")
        assert 200 == read_answer(stream).status

        connection.sendall(b"a" * 200_000 + b"GET /next HTTP/1.1\r\n\r\n")

        assert 200 == read_answer(stream).status
        assert "/next" == server.requests[-1]["path"]


@pytest.mark.parametrize("more", [b"", b"Connection: close\r\n"])
def test_who_asks_first_is_told_to_send_the_body(server: DoorServer, more: bytes) -> None:
    with server.connect() as connection:
        stream = connection.makefile("rb")
        connection.sendall(b"POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n" + more + b"\r\n")
        assert [b"HTTP/1.1 100 Continue\r\n", b"\r\n"] == [stream.readline(), stream.readline()]
        connection.sendall(b"abc")
        answer = read_answer(stream)

    assert (200, b"abc") == (answer.status, answer.body)


@pytest.mark.parametrize("head", [b"HTTP/1.0\r\n", b"HTTP/1.1\r\nConnection: close\r\n"])
def test_who_wants_no_further_answer_gets_the_one_before_the_body_too(server: DoorServer, head: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(b"POST / " + head + b"Content-Length: 200000\r\n\r\n")
        stream = connection.makefile("rb")
        answer = read_answer(stream)

        assert (200, "close") == (answer.status, answer.headers["connection"])
        assert b"" == stream.read(1)
        connection.sendall(b"a" * 150_000)
        assert 1 == server.on_loop(lambda: server.door.connections.used)
        connection.sendall(b"a" * 50_000)
        server.wait_until(lambda: server.door.connections.used == 0)


@pytest.mark.parametrize("head", [b"", b"Connection: close\r\n"])
@pytest.mark.parametrize("rest", [b"nonsense\r\n", b"0\r\n" + b"A: b\r\n" * 200, b"1;" + b"a" * 100_000])
def test_a_body_that_goes_wrong_after_its_answer_gets_no_other(
    server: DoorServer, head: bytes, rest: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with server.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + head + b"\r\n")
        stream = connection.makefile("rb")
        assert 200 == read_answer(stream).status

        with contextlib.suppress(OSError):
            connection.sendall(rest)
            assert b"" == stream.read(1)

        server.wait_until(lambda: server.door.connections.used == 0)
    assert [] == caplog.records


def test_what_comes_of_a_body_after_its_answer_has_an_end(server: DoorServer) -> None:
    answer, sent = server.send_without_end(b"POST / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n", b"a" * 65_536)

    assert 200 == answer.status
    assert sent < 20_000_000


def test_the_rest_of_an_answered_body_is_not_waited_for(server: DoorServer) -> None:
    with server.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
        stream = connection.makefile("rb")

        assert 200 == read_answer(stream).status
        assert b"" == stream.read(1)


def test_a_refused_connection_that_stays_is_ended(server: DoorServer) -> None:
    with server.connect() as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        assert 400 == read_answer(connection.makefile("rb")).status

        server.wait_until(lambda: server.door.refused == 0)
