"""Connections and unread bodies are bounded in sum and by address, and proxies that are trusted speak for others."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from tests.server.door_server import Answer, DoorServer, is_closed, read_answer, run_door_server

GET = b"GET / HTTP/1.1\r\n\r\n"
HOLD = b"GET /hold HTTP/1.1\r\nX-Forwarded-For: %s\r\n\r\n"


def ask_from(server: DoorServer, source: str, request: bytes = GET) -> Answer:
    with server.connect(source) as connection:
        connection.sendall(request)
        return read_answer(connection.makefile("rb"))


def open_from(server: DoorServer, held: ExitStack, *sources: str) -> list[socket.socket]:
    """Connections that ask nothing, once the server has them."""
    before = server.on_loop(lambda: server.door.connections.used)
    opened = [held.enter_context(server.connect(source)) for source in sources]
    server.wait_until(lambda: server.door.connections.used == before + len(sources))
    return opened


def test_one_address_has_a_quarter_of_the_connections_and_others_the_rest() -> None:
    with run_door_server(connections_max=8) as server, ExitStack() as held:
        first, _ = open_from(server, held, "127.0.0.1", "127.0.0.1")

        answer = ask_from(server, "127.0.0.1")

        assert (503, "UNAVAILABLE", "1") == (answer.status, answer.code, answer.headers["retry-after"])
        assert b"127.0.0.1 has 2 connections" in answer.body
        assert 200 == ask_from(server, "127.0.0.2").status
        first.close()
        server.wait_until(lambda: server.door.connections.used == 1)
        assert 200 == ask_from(server, "127.0.0.1").status


def test_there_are_no_more_connections_than_the_most() -> None:
    with run_door_server(connections_max=8) as server, ExitStack() as held:
        open_from(server, held, *(f"127.0.0.{number}" for number in (1, 1, 2, 2, 3, 3, 4, 4)))

        answer = ask_from(server, "127.0.0.5")

        assert (503, "UNAVAILABLE") == (answer.status, answer.code)
        assert b"The server has 8 connections" in answer.body


def test_connections_that_are_told_so_are_few_and_others_are_only_closed() -> None:
    with run_door_server(connections_max=8, refused_max=1) as server, ExitStack() as held:
        open_from(server, held, "127.0.0.1", "127.0.0.1")
        told = held.enter_context(server.connect())
        assert 503 == read_answer(told.makefile("rb")).status

        assert is_closed(held.enter_context(server.connect()))


def test_what_an_address_forwards_counts_only_where_it_is_trusted() -> None:
    forwarded = b"GET / HTTP/1.1\r\nX-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: https\r\n\r\n"
    with run_door_server(trusted="127.0.0.1, 10.0.0.0/8") as server:
        ask_from(server, "127.0.0.2", forwarded)
        ask_from(server, "127.0.0.1", forwarded)

        (plain, told) = ((request["client"][0], request["scheme"]) for request in server.requests)

    assert ("127.0.0.2", "http") == plain
    assert ("198.51.100.1", "https") == told


def test_a_trusted_proxy_has_no_share_but_its_clients_have() -> None:
    with run_door_server(trusted="127.0.0.1", connections_max=8) as server, ExitStack() as held:
        for number in range(5):
            connection = held.enter_context(server.connect())
            connection.sendall(HOLD % f"192.0.2.{number // 2}".encode())
        server.wait_until(lambda: len(server.requests) == 5)

        refused, other = ask_from(server, "127.0.0.1", HOLD % b"192.0.2.0"), ask_from(server, "127.0.0.1", GET)

        assert (503, 200) == (refused.status, other.status)
        assert b"192.0.2.0 has 2 connections" in refused.body
        held.close()
        server.wait_until(lambda: (0, 0) == (server.door.proxied.used, server.door.connections.used))


@pytest.mark.parametrize("trusted", ["", "127.0.0.1"], ids=["an address", "a client of a proxy"])
def test_bodies_that_nobody_asks_for_yet_are_bounded_by_address(trusted: str) -> None:
    body = b"a" * 50_000
    request = b"POST /hold HTTP/1.1\r\nX-Forwarded-For: 192.0.2.1\r\nContent-Length: 60000\r\n\r\n" + body
    with run_door_server(trusted=trusted, unread_bytes_max=480_000) as server, ExitStack() as held:
        for _ in range(2):
            held.enter_context(server.connect()).sendall(request)
        server.wait_until(lambda: server.door.unread.used == 2 * len(body))

        refused = ask_from(server, "127.0.0.1", request)
        other = ask_from(server, "127.0.0.2", b"POST /echo HTTP/1.1\r\nContent-Length: 50000\r\n\r\n" + body)

        assert (503, "UNAVAILABLE") == (refused.status, refused.code)
        assert (200, body) == (other.status, other.body)
        held.close()
        server.wait_until(lambda: server.door.unread.used == 0)


def test_a_body_that_is_asked_for_is_no_longer_unread() -> None:
    with run_door_server(unread_bytes_max=480_000) as server, server.connect() as connection:
        connection.sendall(b"POST /echo HTTP/1.1\r\nContent-Length: 50000\r\n\r\n" + b"a" * 49_999)
        server.wait_until(lambda: len(server.requests) == 1)
        server.wait_until(lambda: server.door.unread.used == 0)
        connection.sendall(b"a")

        assert 50_000 == len(read_answer(connection.makefile("rb")).body)
