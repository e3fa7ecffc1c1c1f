"""The mark of a wire name: graph/export.py takes every field that carries it out of the canonical schema."""

from __future__ import annotations

from typing import Final

PREFIX = "W&B wire name"


def instead(canonical: str) -> str:
    """The deprecation reason of a wire name whose canonical field is this."""
    return f"{PREFIX}: use `{canonical}`."


# A wire name for which there is nothing to use instead.
ONLY_WIRE = f"{PREFIX}: kept because an SDK sends it."

LOOKED_UP: Final = frozenset({("ServerInfo", "cliVersionInfo"), ("ServerInfo", "latestLocalVersionInfo")})
"""Wire names without the mark: SDKs up to 0.22 look for them by introspection, which leaves out what is deprecated."""
