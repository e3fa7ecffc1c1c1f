"""What trusted proxies say of a request: `X-Forwarded-For` and `X-Forwarded-Proto`. Used by connection.py.

`X-Forwarded-Host` and `X-Forwarded-Prefix` are not read: the setting `base_url` says where clients reach the server.
"""

from __future__ import annotations

from collections.abc import Sequence

from runfolio_server.client_address import TrustedProxies

Headers = Sequence[tuple[bytes, bytes]]


def forwarded_client(proxies: TrustedProxies, proxy: str, headers: Headers) -> str:
    """The address of the client that asked this proxy."""
    told = [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]
    return proxies.client_of(proxy, told) if told else proxy


def forwarded_scheme(headers: Headers) -> str | None:
    """`http` or `https`, by which the client came to the proxy next to us; None where it does not say."""
    for name, value in reversed(headers):
        if name == b"x-forwarded-proto":
            scheme = value.decode("latin-1").rpartition(",")[2].strip().lower()
            return scheme if scheme in ("http", "https") else None
    return None
