"""The interface of everything that has an identity."""

from __future__ import annotations

import strawberry


@strawberry.interface(description="An object with an identity.")
class Node:
    """Anything that keeps its id for good, as the pages of connections hand it out."""

    id: strawberry.ID = strawberry.field(description="Opaque and permanent; unique among all objects.")
