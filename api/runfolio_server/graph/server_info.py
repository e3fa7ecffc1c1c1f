"""What this server is and can do."""

from __future__ import annotations

from importlib.metadata import version

import strawberry

from runfolio_server.graph.wandb.server_info import FEATURES, ServerInfoWireNames


@strawberry.type(description="Something that this server can do.")
class ServerFeature:
    """One feature."""

    name: str = strawberry.field(description="Its name.")
    is_enabled: bool = strawberry.field(description="Whether it is on.")


@strawberry.type(description="What this server is and can do.")
class ServerInfo(ServerInfoWireNames):
    """The server."""

    version: str = strawberry.field(description="Version of runfolio.")
    features: list[ServerFeature] = strawberry.field(description="What it can do, beyond what every version can.")


def server_info() -> ServerInfo:
    """What this server is."""
    return ServerInfo(
        version=version("runfolio"), features=[ServerFeature(name=name, is_enabled=True) for name in FEATURES]
    )
