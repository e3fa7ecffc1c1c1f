"""Which addresses a webhook may lead to: those of the internet, and networks that the settings allow. Knows nothing."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Final

from runfolio_server.client_address import Address, Network

# Addresses of IPv4 inside IPv6, in their last 32 bits: by translation (RFC 6052, RFC 8215), and the old notation.
_TRANSLATED: Final = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")))
_LOW_BITS: Final = 2**32 - 1


def is_allowed(address: Address, networks: Sequence[Network] = ()) -> bool:
    """Whether something may be sent there: every address that it stands for is public, or in one of the networks.

    Not public are private, loopback, link-local, shared, multicast, reserved and unspecified ones.

    >>> is_allowed(ipaddress.ip_address("1.1.1.1")), is_allowed(ipaddress.ip_address("::ffff:169.254.169.254"))
    (True, False)
    """
    return all(_is_public(one) or any(one in network for network in networks) for one in _meanings(address))


def _meanings(address: Address) -> Iterator[Address]:
    """The addresses where a packet to this one may arrive: of IPv6 with one of IPv4 inside, that one."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _TRANSLATED) and int(address) > 1:
        inside.append(ipaddress.IPv4Address(int(address) & _LOW_BITS))
    found = [one for one in inside if one is not None]
    yield from found or [address]


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not (isinstance(address, ipaddress.IPv6Address) and address.is_site_local)
    )
