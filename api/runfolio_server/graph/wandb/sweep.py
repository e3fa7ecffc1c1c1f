"""Sweeps, as far as the SDK asks for them where there are none: `project.sweeps()` is then empty."""

from __future__ import annotations

from datetime import datetime

import strawberry

from runfolio_server.graph.relay.connections import PageInfo


@strawberry.type(description="A search over configs. This server has none yet.")
class Sweep:
    """The fields that SDKs select of a sweep."""

    id: strawberry.ID = strawberry.field(description="Opaque and permanent.")
    name: str = strawberry.field(description="Its name in URLs.")
    display_name: str | None = strawberry.field(description="What people read; null: none.")
    method: str = strawberry.field(description="How it searches.")
    state: str = strawberry.field(description="Its state.")
    description: str | None = strawberry.field(description="Text for people; null: none.")
    best_loss: float | None = strawberry.field(description="The best value so far; null: none.")
    config: str = strawberry.field(description="What it searches, as YAML.")
    created_at: datetime = strawberry.field(description="When it was made, UTC.")
    updated_at: datetime | None = strawberry.field(description="Its last change, UTC.")
    run_count: int = strawberry.field(description="How many runs it has.")
    run_count_expected: int | None = strawberry.field(description="How many it will have; null: unknown.")


@strawberry.type(description="A sweep in a list.")
class SweepEdge:
    """One sweep of a page."""

    node: Sweep = strawberry.field(description="The sweep.")
    cursor: str = strawberry.field(description="Its place.")


@strawberry.type(description="A page of sweeps.")
class SweepConnection:
    """One page."""

    edges: list[SweepEdge] = strawberry.field(description="The sweeps.")
    page_info: PageInfo = strawberry.field(description="Where this page ends.")
