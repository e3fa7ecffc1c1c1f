"""Where a webhook may lead: public addresses, whichever way they are written, and what is allowed by hand."""

from __future__ import annotations

import ipaddress

import pytest

from runfolio_server.webhooks.addresses import is_allowed

INTERNAL = {
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd00::1", "fc00::1"],
    "loopback": ["127.0.0.1", "127.8.9.10", "::1"],
    "link-local": ["169.254.169.254", "169.254.0.1", "fe80::1"],
    "site-local": ["fec0::1"],
    "shared": ["100.64.0.1"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "::"],
    "multicast and broadcast": ["224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1"],
    "reserved": ["240.0.0.1", "192.0.2.1", "198.51.100.7", "2001:db8::1"],
    "mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:7f00:1"],
    "compatible": ["::127.0.0.1", "::10.0.0.1"],
    "translated": ["64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"],
    "6to4": ["2002:a00:1::1", "2002:7f00:1::"],
    "teredo": ["2001:0:4136:e378:8000:63bf:f5ff:fffe"],
}


@pytest.mark.parametrize("text", [text for texts in INTERNAL.values() for text in texts])
def test_an_address_that_is_not_of_the_internet_is_refused(text: str) -> None:
    assert not is_allowed(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_an_address_of_the_internet_is_allowed(text: str) -> None:
    assert is_allowed(ipaddress.ip_address(text))


def test_a_network_that_is_allowed_by_hand_allows_no_other() -> None:
    networks = [ipaddress.ip_network("10.1.2.0/24")]

    allowed = ["10.1.2.3", "::ffff:10.1.2.3"]
    assert all(is_allowed(ipaddress.ip_address(text), networks) for text in allowed)
    assert not any(is_allowed(ipaddress.ip_address(text), networks) for text in ("10.1.3.1", "127.0.0.1"))
