"""The mark of a wire name: graph/export.py takes every field that carries it out of the canonical schema."""

from __future__ import annotations

PREFIX = "W&B wire name"


def instead(canonical: str) -> str:
    """The deprecation reason of a wire name whose canonical field is this."""
    return f"{PREFIX}: use `{canonical}`."


# A wire name for which there is nothing to use instead.
ONLY_WIRE = f"{PREFIX}: kept because an SDK sends it."
