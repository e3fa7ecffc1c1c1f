"""ApiKey: what signs a user in."""

from __future__ import annotations

from datetime import datetime

import strawberry

from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.sql.identity.users import ApiKeyRow


@strawberry.type(description="A key that signs its owner in.")
class ApiKey(Node):
    """One API key."""

    name: str = strawberry.field(
        description="In the answer of generateApiKey the whole key, shown this once; elsewhere a public name."
    )
    description: str | None = strawberry.field(description="What it is for; null: not told.")
    created_at: datetime | None = strawberry.field(description="When it was made, UTC; null right after.")
    last_used_at: datetime | None = strawberry.field(description="Last use, UTC, to the minute; null: never.")

    @classmethod
    def of(cls, row: ApiKeyRow) -> ApiKey:
        """The key of a row, under its public name."""
        return cls(
            id=encode_node_id("ApiKey", row.api_key_id),
            name=f"key-{row.api_key_id.hex[:8]}",
            description=row.description,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
        )
