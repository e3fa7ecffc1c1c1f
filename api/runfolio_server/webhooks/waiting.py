"""What the webhook has been told and what it still waits for: numbers for endpoints/metrics.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from runfolio_server.sql.events.webhooks import SELECT_WEBHOOK_PLACE, SELECT_WEBHOOK_WAITING
from runfolio_server.sql.pool import Connection
from runfolio_server.webhooks.message import TOLD_KINDS

COUNTED_MAX: Final = 10_000
"""Events of a webhook that has been away for long are many, and whoever looks at numbers looks often."""


@dataclass(frozen=True, slots=True)
class WebhookNumbers:
    """All 0 where there has never been a webhook; `waiting` says no more than COUNTED_MAX."""

    delivered: int = 0
    failed: int = 0
    waiting: int = 0
    oldest_waiting_s: float = 0.0


async def webhook_numbers(connection: Connection) -> WebhookNumbers:
    """The numbers of the webhook that was delivered to last."""
    place = await connection.row(SELECT_WEBHOOK_PLACE)
    if place is None:
        return WebhookNumbers()
    waiting = await connection.row(
        SELECT_WEBHOOK_WAITING, place.transaction_id, place.number, place.object_id, sorted(TOLD_KINDS), COUNTED_MAX
    )
    if waiting is None:
        return WebhookNumbers(place.delivered, place.failed)
    return WebhookNumbers(place.delivered, place.failed, waiting.count, waiting.oldest_s)
