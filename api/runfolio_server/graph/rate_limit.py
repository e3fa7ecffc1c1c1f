"""What is left of the requests of the caller's key, and what the document costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import strawberry

from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.document_cost import cost_of
from runfolio_server.graph.limits.document_limits import MAX_COST
from runfolio_server.request_note import current_request


@strawberry.type(
    description="What the API key of this request may still ask for: requests in its minute, of which this is one. "
    "Null where the server does not count them."
)
class RateLimit:
    """The caller's limits."""

    limit: int | None = strawberry.field(description="Requests that the key may send in a minute.")
    remaining: int | None = strawberry.field(description="How many are left of this minute.")
    reset_at: datetime | None = strawberry.field(description="When the next minute begins.")
    cost: int = strawberry.field(description="What this document costs.")
    cost_limit: int = strawberry.field(description="What one document may cost.")


def rate_limit(info: RequestInfo) -> RateLimit:
    """The limits of the request that carries this document."""
    raw = info._raw_info  # noqa: SLF001 - strawberry has no other way to the fragments
    cost = cost_of(raw.schema, raw.operation, raw.fragments, raw.variable_values).total
    note = current_request()
    use = note.key_use if note is not None else None
    if use is None:
        return RateLimit(limit=None, remaining=None, reset_at=None, cost=cost, cost_limit=MAX_COST)
    return RateLimit(
        limit=use.limit,
        remaining=use.remaining,
        reset_at=datetime.now(UTC) + timedelta(seconds=use.whole_reset_s),
        cost=cost,
        cost_limit=MAX_COST,
    )
