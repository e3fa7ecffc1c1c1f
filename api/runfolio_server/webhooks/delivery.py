"""From the outbox to the webhook: in order, each event at least once, by one worker at a time.

How far it is stands in the database, under a lease: a worker that dies or is stopped is followed by another, which
sends at most the one message again that was on its way. Called by worker/webhooks.py.
"""

from __future__ import annotations

import hashlib
import logging
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

import orjson

from runfolio_server.domain.events import EventKind
from runfolio_server.errors import CursorExpired
from runfolio_server.events.reader import EventCursor, EventPage, EventSource, cursor_now, read_events
from runfolio_server.seldom import Seldom
from runfolio_server.sql.events.events import EventRow
from runfolio_server.sql.events.webhooks import (
    ADD_WEBHOOK_COUNT,
    CLAIM_WEBHOOK_CURSOR,
    INSERT_WEBHOOK_CURSOR,
    MOVE_WEBHOOK_CURSOR,
    POSTPONE_WEBHOOK,
    SELECT_TOLD_RUN,
)
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.alerts import SELECT_ALERT
from runfolio_server.webhooks.message import TOLD_KINDS, Message, message_of
from runfolio_server.webhooks.sender import Outcome, WebhookSender

LOGGER = logging.getLogger(__name__)
SELDOM = Seldom(LOGGER)

TRIED_FOR_S: Final = 86_400.0
"""An event that is older is given up: whoever comes back after days wants to know what is, not what was."""
TRIES_OF_REFUSED: Final = 5
"""A message that the receiver refuses holds up the others no longer."""
LEASE_S: Final = 60.0
"""More than an attempt takes."""
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 300.0
EVENTS_AT_ONCE: Final = 200
DELIVERED: Final = "webhook_delivered"
FAILED: Final = "webhook_failed"
"""Counters of messages delivered, and of attempts in vain."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook and one worker that delivers to it; `url_hash` says where it stands in the database."""

    url: str
    base_url: str
    worker: UUID = field(default_factory=uuid4)

    @property
    def url_hash(self) -> bytes:
        """Another address begins with what is new."""
        return hashlib.sha256(self.url.encode()).digest()


def pause_s(attempts: int) -> float:
    """How long to wait after so many attempts in vain, in seconds: doubled each time, and spread by a quarter."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(attempts, 32)) * random.uniform(0.75, 1.25)  # noqa: S311


async def begin_webhook(database: Database, webhook: Webhook) -> None:
    """Remember that events are told from now on, unless they are already. Idempotent."""
    async with database.connection() as connection:
        now = await cursor_now(connection, EventSource.RUNS)
        place = (now.transaction_id, now.number, now.object_id)
        await connection.execute(INSERT_WEBHOOK_CURSOR, webhook.url_hash, *place, webhook.worker)


async def deliver_once(database: Database, webhook: Webhook, sender: WebhookSender) -> int:
    """Deliver the events that can be read now, until one fails; how many the cursor has passed.

    0: there are none, or it is not this worker's turn, or the next attempt is not due.
    """
    async with database.connection() as connection:
        claimed = await connection.row(CLAIM_WEBHOOK_CURSOR, webhook.url_hash, webhook.worker, LEASE_S)
        if claimed is None:
            return 0
        after = EventCursor(claimed.transaction_id, claimed.number, claimed.object_id)
        try:
            page = await read_events(connection, EventSource.RUNS, after, limit=EVENTS_AT_ONCE)
        except CursorExpired as error:
            LOGGER.warning("Events for the webhook are lost: %s", error)
            page = EventPage([], await cursor_now(connection, EventSource.RUNS), is_waiting=False)
    attempts = claimed.attempts
    for event in page.events:
        message = await _message(database, webhook, event)
        if message is not None:
            attempt = await sender.send(message)
            await _count(database, attempt.outcome)
            is_given_up = attempt.outcome is Outcome.REFUSED and attempts + 1 >= TRIES_OF_REFUSED
            if attempt.outcome is not Outcome.DELIVERED and not is_given_up:
                SELDOM.warning("The webhook was not told of %s, and is tried again: %s", event.kind, attempt.told)
                await _postpone(database, webhook, attempts)
                return 0
            if is_given_up:
                SELDOM.warning("The webhook is not told of %s any more: %s", event.kind, attempt.told)
        attempts = 0
        if not await _move(database, webhook, EventCursor(event.transaction_id, event.number, event.object_id)):
            return 0
    if page.cursor != after and not page.events:
        await _move(database, webhook, page.cursor)
    return len(page.events)


async def _message(database: Database, webhook: Webhook, event: EventRow) -> Message | None:
    """What to send of the event; None: nothing, or it is too old, or its run is deleted."""
    if event.kind not in TOLD_KINDS:
        return None
    if (datetime.now(UTC) - event.at).total_seconds() > TRIED_FOR_S:
        SELDOM.warning("The webhook was not told of %s for a day, and is not told any more", event.kind)
        return None
    detail = orjson.loads(event.detail)
    async with database.connection() as connection:
        run = await connection.row(SELECT_TOLD_RUN, event.object_id, detail.get("by"))
        alert = None
        if run is not None and event.kind == EventKind.RUN_ALERTED:
            alert = await connection.row(SELECT_ALERT, event.object_id, detail["alert"])
    return None if run is None else message_of(event, run, alert, webhook.base_url)


async def _count(database: Database, outcome: Outcome) -> None:
    name = DELIVERED if outcome is Outcome.DELIVERED else FAILED
    async with database.connection() as connection:
        await connection.execute(ADD_WEBHOOK_COUNT, name, 1)


async def _move(database: Database, webhook: Webhook, cursor: EventCursor) -> bool:
    """Everything up to the cursor is done; False: another worker has taken over."""
    place = (cursor.transaction_id, cursor.number, cursor.object_id)
    async with database.connection() as connection:
        moved = await connection.row(MOVE_WEBHOOK_CURSOR, webhook.url_hash, webhook.worker, *place, LEASE_S)
    return moved is not None


async def _postpone(database: Database, webhook: Webhook, attempts: int) -> None:
    async with database.connection() as connection:
        await connection.execute(POSTPONE_WEBHOOK, webhook.url_hash, webhook.worker, pause_s(attempts))
