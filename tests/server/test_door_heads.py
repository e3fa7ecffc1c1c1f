"""Heads of requests, chunks and trailers are bounded before they are kept, and every request is still understood."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator

import pytest

from tests.server.door_server import DoorServer, read_answer, run_door_server

MOST = 64 * 1024
# What fits into the buffers of two sockets of one machine, and is on its way when the answer is.
ON_ITS_WAY = 16_000_000
CHUNKED = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[DoorServer]:
    with run_door_server() as served:
        yield served


ENDLESS = {
    "a target": (b"GET /", b"a" * 65_536, 414, "TARGET_TOO_LONG"),
    "a query": (b"GET /?q=", b"a=b&" * 10_000, 414, "TARGET_TOO_LONG"),
    "a header's name": (b"GET / HTTP/1.1\r\n", b"a" * 65_536, 431, "HEAD_TOO_LARGE"),
    "a header's value": (b"GET / HTTP/1.1\r\nA: ", b"a" * 65_536, 431, "HEAD_TOO_LARGE"),
    "small pieces of a value": (b"GET / HTTP/1.1\r\nA: ", b"a" * 100, 431, "HEAD_TOO_LARGE"),
    "short headers": (b"GET / HTTP/1.1\r\n", b"A: b\r\n" * 10_000, 431, "HEAD_TOO_LARGE"),
    "few long headers": (b"GET / HTTP/1.1\r\n", b"A: " + b"b" * 30_000 + b"\r\n", 431, "HEAD_TOO_LARGE"),
    "empty lines": (b"", b"\r\n" * 30_000, 431, "HEAD_TOO_LARGE"),
    "a method": (b"", b"A" * 65_536, 400, "BAD_USER_INPUT"),
    "chunk extensions": (CHUNKED + b"5;", b"a" * 65_536, 431, "HEAD_TOO_LARGE"),
    "a trailer": (CHUNKED + b"0\r\nA: ", b"a" * 65_536, 431, "HEAD_TOO_LARGE"),
    "short trailers": (CHUNKED + b"0\r\n", b"A: b\r\n" * 10_000, 431, "HEAD_TOO_LARGE"),
    "trailers behind a body": (CHUNKED + b"3\r\nabc\r\n0\r\n", b"A: b\r\n" * 10_000, 431, "HEAD_TOO_LARGE"),
    "a chunk's size": (CHUNKED, b"0" * 65_536, 431, "HEAD_TOO_LARGE"),
}


@pytest.mark.parametrize(("start", "piece", "status", "code"), ENDLESS.values(), ids=ENDLESS)
def test_what_has_no_end_is_refused_and_not_kept(
    server: DoorServer, start: bytes, piece: bytes, status: int, code: str
) -> None:
    answer, sent = server.send_without_end(start, piece)

    assert (status, code) == (answer.status, answer.code)
    assert sent < ON_ITS_WAY
    assert ("close", "nosniff") == (answer.headers["connection"], answer.headers["x-content-type-options"])


def test_a_head_is_taken_up_to_its_bound_and_not_beyond(server: DoorServer) -> None:
    begin, end = b"GET / HTTP/1.1\r\nA: ", b"\r\n\r\n"
    fits = begin + b"a" * (MOST - len(begin) - len(end)) + end

    assert MOST == len(fits)
    assert 200 == server.ask(fits).status
    assert 431 == server.ask(fits[:-4] + b"a" + end).status
    assert 200 == server.ask(b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\n\r\n").status


def test_headers_and_trailers_are_counted(server: DoorServer) -> None:
    most = server.door.limits.headers_max

    assert 200 == server.ask(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * most + b"\r\n").status
    assert 431 == server.ask(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * (most + 1) + b"\r\n").status
    assert 200 == server.ask(CHUNKED + b"0\r\n" + b"A: b\r\n" * most + b"\r\n").status
    assert 431 == server.ask(CHUNKED + b"0\r\n" + b"A: b\r\n" * (most + 1) + b"\r\n").status


def test_a_trailer_is_no_header(server: DoorServer) -> None:
    answer = server.ask(CHUNKED + b"2\r\nab\r\n0\r\nAuthorization: Bearer x\r\n\r\n")

    assert b"ab" == answer.body
    assert b"authorization" not in dict(server.requests[-1]["headers"])


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\n\n",
        b"GET / HTTP/1.1\r\nA: b\r\n\nGET",
        b"POST /echo HTTP/1.1\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        CHUNKED + b"zz\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        bytes(range(256)) * 10,
    ],
)
def test_what_is_no_request_is_told_so(server: DoorServer, request_bytes: bytes) -> None:
    answer = server.ask(request_bytes)

    assert (400, "BAD_USER_INPUT") == (answer.status, answer.code)


def test_requests_that_come_ahead_wait_for_their_turn(server: DoorServer) -> None:
    kinds = [
        (b"GET /a HTTP/1.1\r\n\r\n", b"ok"),
        (b"POST /echo HTTP/1.1\r\nContent-Length: 4\r\n\r\n\r\n\r\n", b"\r\n\r\n"),
        (CHUNKED + b"4;x=y\r\n\r\n\r\n\r\n1\r\nz\r\n0\r\nA: b\r\n\r\n", b"\r\n\r\nz"),
        (CHUNKED + b"0\r\n\r\n", b""),
        (b"POST /echo HTTP/1.1\r\nContent-Length: 0\r\n\r\n", b""),
    ]
    sequence = [kind for pair in itertools.product(kinds, kinds) for kind in pair]
    with server.connect() as connection:
        connection.sendall(b"".join(request for request, _ in sequence))
        stream = connection.makefile("rb")
        answers = [read_answer(stream).body for _ in sequence]

    assert [body for _, body in sequence] == answers


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7])
def test_a_request_is_the_same_however_its_bytes_are_cut(server: DoorServer, step: int) -> None:
    requests = (
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        + CHUNKED
        + b"4\r\nab\r\n\r\n0\r\n\r\n"
        + b"POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nxy"
    )
    with server.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(requests), step):
            connection.sendall(requests[start : start + step])
        stream = connection.makefile("rb")
        bodies = [read_answer(stream).body for _ in range(3)]

    assert [b"abc", b"ab\r\n", b"xy"] == bodies


def test_thousands_of_requests_at_once_are_no_more_than_one_at_a_time(server: DoorServer) -> None:
    before = len(server.requests)
    with server.connect() as connection:
        connection.sendall(b"GET /hold HTTP/1.1\r\n\r\n" + b"GET /a HTTP/1.1\r\n\r\n" * 20_000)
        server.wait_until(lambda: len(server.requests) > before)
        server.ask(b"GET /b HTTP/1.1\r\n\r\n")

        assert ["/hold", "/b"] == [request["path"] for request in server.requests[before:]]


def test_an_upgrade_is_not_followed(server: DoorServer) -> None:
    answer = server.ask(b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")

    assert (200, b"ok") == (answer.status, answer.body)
    assert "close" == answer.headers["connection"]
