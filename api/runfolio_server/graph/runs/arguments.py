"""Arguments that every list of runs takes."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.graph.relay.scalars import JSONString

Filters = Annotated[
    JSONString | None,
    strawberry.argument(
        description='Conditions as a JSON object such as {"config.lr": {"$lt": 0.1}}; null and {} mean all. '
        "The server's README is the reference."
    ),
]
RunOrder = Annotated[
    str | None,
    strawberry.argument(
        description="Fields with a sign, separated by commas, such as `-summary_metrics.loss,+name`; "
        "null means `+created_at`."
    ),
]
