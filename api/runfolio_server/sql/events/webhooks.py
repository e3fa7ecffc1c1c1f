"""How far events have been delivered to a webhook, and what is told of a run. Called by webhooks/; see webhooks.sql."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile


class WebhookCursorRow(msgspec.Struct, frozen=True):
    """The last event that is done, and how often the one after it was tried in vain."""

    transaction_id: int
    number: int
    object_id: UUID
    attempts: int


class WebhookPlaceRow(msgspec.Struct, frozen=True):
    """The last event that is done; messages delivered, and attempts in vain, since the database was made."""

    transaction_id: int
    number: int
    object_id: UUID
    delivered: int
    failed: int


class WebhookWaitingRow(msgspec.Struct, frozen=True):
    """How many events wait, and the age of the oldest in seconds; 0: none does."""

    count: int
    oldest_s: float


class ToldRunRow(msgspec.Struct, frozen=True):
    """A run by its names; `username` is whoever brought the event about, None: nobody, or an account that is gone."""

    name: str
    display_name: str
    project: str
    entity: str
    username: str | None


_FILE = QueryFile("events/webhooks.sql")

INSERT_WEBHOOK_CURSOR: Final = _FILE.command("insert_webhook_cursor")
CLAIM_WEBHOOK_CURSOR: Final = _FILE.query("claim_webhook_cursor", WebhookCursorRow)
MOVE_WEBHOOK_CURSOR: Final = _FILE.query("move_webhook_cursor", WebhookCursorRow)
POSTPONE_WEBHOOK: Final = _FILE.command("postpone_webhook")
ADD_WEBHOOK_COUNT: Final = _FILE.command("add_webhook_count")
SELECT_WEBHOOK_PLACE: Final = _FILE.query("select_webhook_place", WebhookPlaceRow)
SELECT_WEBHOOK_WAITING: Final = _FILE.query("select_webhook_waiting", WebhookWaitingRow)
SELECT_TOLD_RUN: Final = _FILE.query("select_told_run", ToldRunRow)
