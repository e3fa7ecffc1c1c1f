"""Connections of webhooks: a name is looked up once, all its addresses are checked, and one of these is connected to.

So a name that leads elsewhere when it is asked for again (DNS rebinding) leads nowhere. Used by sender.py.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

import httpcore

from runfolio_server.client_address import Network
from runfolio_server.webhooks.addresses import is_allowed

TRIED_ADDRESSES: Final = 4
"""Of a name that has many, of which one may not answer."""

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]


class ForbiddenAddress(Exception):
    """A name leads to an address that is not one of the internet."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, by the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to allowed addresses only."""

    def __init__(self, networks: Sequence[Network] = (), resolve: Resolve = resolve) -> None:
        self._networks = networks
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to an address of the host. Raises ForbiddenAddress when any of them is not allowed."""
        try:
            async with asyncio.timeout(timeout):
                texts = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"the name {host!r} was not found in time") from error
        except (OSError, UnicodeError) as error:
            # The latter for what no name can be, such as an empty part.
            raise httpcore.ConnectError(f"the name {host!r} was not found: {error}") from error
        for text in texts:
            # The zone of a link-local address is no part of it.
            if not is_allowed(ipaddress.ip_address(text.partition("%")[0]), self._networks):
                raise ForbiddenAddress(f"{host!r} leads to {text}, which is no address of the internet")
        failure: Exception = httpcore.ConnectError(f"the name {host!r} has no address")
        for text in texts[:TRIED_ADDRESSES]:
            try:
                return await self._network.connect_tcp(text, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
