"""Which address a request counts for: the socket's, or the one that trusted proxies tell."""

from __future__ import annotations

import pytest

from runfolio_server.client_address import TrustedProxies, is_loopback, parse_networks, share_key

PROXIES = TrustedProxies(parse_networks("10.0.0.0/8, 192.0.2.1,2001:db8::/32"))


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ([], "10.0.0.1"),
        (["203.0.113.7"], "203.0.113.7"),
        (["1.2.3.4, 203.0.113.7"], "203.0.113.7"),
        (["1.2.3.4", "203.0.113.7, 192.0.2.1"], "203.0.113.7"),
        (["203.0.113.7:4711"], "203.0.113.7"),
        (["[2001:db9::1]:4711"], "2001:db9::1"),
        (["::ffff:203.0.113.7"], "203.0.113.7"),
        (["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        (["203.0.113.7, unknown"], "10.0.0.1"),
        (["unknown, 10.0.0.2"], "10.0.0.2"),
        ([""], "10.0.0.1"),
        ([", ".join(["203.0.113.7"] + ["10.0.0.2"] * 100_000)], "10.0.0.2"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_trusted_proxy(forwarded: list[str], client: str) -> None:
    assert client == PROXIES.client_of("10.0.0.1", forwarded)


def test_nobody_is_trusted_unless_told() -> None:
    assert not TrustedProxies().has("127.0.0.1")
    assert PROXIES.has("10.1.2.3")
    assert PROXIES.has("::ffff:10.1.2.3")
    assert not PROXIES.has("11.0.0.1")
    assert not PROXIES.has("")


def test_addresses_of_one_network_of_ipv6_share() -> None:
    assert share_key("2001:db8::1") == share_key("2001:db8:0:0:ffff::1") != share_key("2001:db8:0:1::1")
    assert "203.0.113.7" == share_key("203.0.113.7") == share_key("::ffff:203.0.113.7")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_this_machine_has_many_addresses(host: str) -> None:
    assert is_loopback(host)
    assert not is_loopback("10.0.0.1")
    assert not is_loopback("localhost.example")
