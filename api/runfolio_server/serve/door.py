"""Who may come in: connections and unread bytes in sum and by address, and one sweep over all deadlines.

Made by http.py for each server; connection.py asks it. One sweep a second for the whole process looks at every
connection: setting a timer and ending it would cost each small request more than a sweep costs in all.
"""

from __future__ import annotations

import time
from typing import Final, Protocol

from runfolio_server.client_address import TrustedProxies, parse_networks
from runfolio_server.counted_shares import CountedShares
from runfolio_server.serve.door_limits import UNREAD_BYTES_MAX, DoorLimits, connections_within, descriptor_limit
from runfolio_server.settings import Settings

ADDRESS_SHARE: Final = 4
"""One address has a quarter of what there is: it takes four of them to keep everybody out."""
CONNECTIONS_LEAST: Final = 8
UNREAD_BYTES_LEAST: Final = 8 * 1024 * 1024
"""Of one process, however many there are: a connection may bring 256 kB at once."""


class Watched(Protocol):
    """A connection, as the sweep sees it."""

    def check_deadlines(self, now: float) -> None:
        """End it if it has waited for too long."""


class Door:
    """The state of one process; `now` is the time of the last sweep, exact enough for deadlines of seconds."""

    def __init__(self, limits: DoorLimits, proxies: TrustedProxies | None = None) -> None:
        self.limits = limits
        self.proxies = proxies or TrustedProxies()
        self.now = time.monotonic()
        self.connections = CountedShares(limits.connections_max, _share(limits.connections_max))
        # Requests under way that proxies have brought, by the address of the client.
        self.proxied = CountedShares(limits.connections_max, _share(limits.connections_max))
        self.unread = CountedShares(limits.unread_bytes_max, _share(limits.unread_bytes_max))
        self.refused = 0
        """Connections that are refused and still open."""
        self._open: set[Watched] = set()

    def watch(self, connection: Watched) -> None:
        """Look after its deadlines from now on."""
        self._open.add(connection)

    def unwatch(self, connection: Watched) -> None:
        """It has ended."""
        self._open.discard(connection)

    def sweep(self) -> None:
        """End what has waited for too long. May be called as often as one likes."""
        now = time.monotonic()
        if now - self.now < self.limits.sweep_s:
            return
        self.now = now
        # What ends meanwhile leaves the set.
        for connection in list(self._open):
            connection.check_deadlines(now)


def door_of(settings: Settings) -> Door:
    """The door of one of the API's processes: its equal part of what the settings allow to all of them."""
    connections = max(settings.max_connections // settings.processes, CONNECTIONS_LEAST)
    limits = DoorLimits(
        connections_max=connections_within(connections, descriptor_limit()),
        unread_bytes_max=max(UNREAD_BYTES_MAX // settings.processes, UNREAD_BYTES_LEAST),
    )
    return Door(limits, TrustedProxies(parse_networks(settings.trusted_proxies)))


def _share(most: int) -> int:
    return max(1, most // ADDRESS_SHARE)
