"""Tells the webhook of the settings what happens to runs, again and again."""

from __future__ import annotations

import asyncio
import logging
from typing import Never

from runfolio_server.errors import Unavailable
from runfolio_server.seldom import Seldom
from runfolio_server.settings import Settings
from runfolio_server.sql.pool import Database
from runfolio_server.webhooks.delivery import Webhook, begin_webhook, deliver_once
from runfolio_server.webhooks.sender import WebhookSender

LOGGER = logging.getLogger(__name__)
SELDOM = Seldom(LOGGER)

PAUSE_S = 1.0
"""How often events are looked for; an alert waits so long at most."""
FAULT_PAUSE_S = 60.0


async def deliver_forever(database: Database, settings: Settings) -> Never:
    """Deliver what there is, pause, look again; for ever nothing when the settings name no webhook."""
    if not settings.webhook_url:
        await asyncio.Event().wait()
    webhook = Webhook(settings.webhook_url, settings.base_url)
    async with WebhookSender(settings) as sender:
        while True:
            delivered = 0
            try:
                await begin_webhook(database, webhook)
                delivered = await deliver_once(database, webhook, sender)
            except Unavailable as error:
                SELDOM.warning("The webhook waits: %s", error)
            except Exception:
                # The worker has more to do than this.
                LOGGER.exception("The webhook could not be told; it is tried again")
                await asyncio.sleep(FAULT_PAUSE_S)
            if not delivered:
                await asyncio.sleep(PAUSE_S)
