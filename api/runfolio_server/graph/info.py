"""The type of the `info` argument of every resolver."""

from __future__ import annotations

from strawberry.types import Info

from runfolio_server.context import Context

RequestInfo = Info[Context, None]
