"""Whose request it is: the address of the socket, or the one that trusted proxies tell. Knows nothing.

serve/connection.py writes it into each request; whoever asks for `request.client` gets this one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

FORWARDED_MAX: Final = 32
"""Addresses of one request that are looked at, from the last on: a chain of proxies is never so long."""
# Whoever has one IPv6 address usually has all of its /64.
_IPV6_PREFIX: Final = 64


class TrustedProxies:
    """Proxies whose word on their clients counts."""

    def __init__(self, networks: Sequence[Network] = ()) -> None:
        self._networks = tuple(networks)

    def has(self, host: str) -> bool:
        """Whether this address is one of them."""
        if not self._networks:
            return False
        address = parse_address(host)
        return address is not None and self._has(address)

    def client_of(self, proxy: str, forwarded_for: Sequence[str]) -> str:
        """Who asked a trusted proxy: the last address of `X-Forwarded-For` that is none of them.

        Each proxy appends whom it was asked by, so what stands before that address is somebody's claim. The first one
        when all are trusted; the proxy's own where the header is missing or holds no address.

        >>> proxies = TrustedProxies([ipaddress.ip_network("10.0.0.0/8")])
        >>> proxies.client_of("10.0.0.1", ["1.2.3.4, 203.0.113.7, 10.0.0.2"])
        '203.0.113.7'
        """
        client = proxy
        told = [text for header in forwarded_for for text in header.split(",")][-FORWARDED_MAX:]
        for text in reversed(told):
            address = parse_address(_without_port(text.strip()))
            if address is None:
                break
            client = str(address)
            if not self._has(address):
                break
        return client

    def _has(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def parse_address(host: str) -> Address | None:
    """The address; IPv4 where IPv6 only wraps it, None where it is none."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_loopback(host: str) -> bool:
    """Whether it is on this machine."""
    address = parse_address(host)
    return address is not None and address.is_loopback


@lru_cache(maxsize=4096)
def share_key(host: str) -> str:
    """What shares are counted by: the address, of IPv6 its /64.

    >>> share_key("2001:db8::1") == share_key("2001:db8::2")
    True
    """
    address = parse_address(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address), _IPV6_PREFIX), strict=False))
    return host if address is None else str(address)


def parse_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas. Raises ValueError for anything else."""
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def _without_port(text: str) -> str:
    """`1.2.3.4` of `1.2.3.4:56`, `::1` of `[::1]:56`."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
