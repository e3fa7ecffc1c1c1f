"""Sends a message to the webhook, once. Redirects are not followed: what is allowed was checked for one address."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

import httpcore

from runfolio_server.client_address import parse_networks
from runfolio_server.settings import Settings
from runfolio_server.webhooks.message import Message
from runfolio_server.webhooks.network import CheckedNetwork, ForbiddenAddress

ANSWER_S: Final = 10.0
"""How long one attempt may take, the look-up of the name included."""
STEP_S: Final = 5.0
"""How long each step of it may take: a step that takes too long closes its connection."""
_STEPS: Final = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), STEP_S)}
_MAY_PASS: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


class Outcome(Enum):
    """What has become of an attempt."""

    DELIVERED = "delivered"
    REFUSED = "refused"  # by the receiver, and repeating it will hardly help
    FAILED = "failed"  # may pass later


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt and what there is to say of it."""

    outcome: Outcome
    told: str


class WebhookSender:
    """The webhook of the settings, which name one. To be used in `async with`."""

    def __init__(self, settings: Settings, network: CheckedNetwork | None = None) -> None:
        self._url = settings.webhook_url
        self._secret = settings.webhook_secret
        checked = network or CheckedNetwork(parse_networks(settings.webhook_networks))
        # A new connection for each message: its address is looked up and checked each time.
        self._pool = httpcore.AsyncConnectionPool(max_keepalive_connections=0, network_backend=checked)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.aclose()

    async def send(self, message: Message) -> Attempt:
        """Try it once. Raises nothing that the network or the receiver can bring about."""
        headers = message.headers(self._secret, int(time.time()))
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                self._pool.stream(
                    "POST", self._url, headers=list(headers.items()), content=message.body, extensions=_STEPS
                ) as answer,
            ):
                # What it says beside its status is not read.
                status = answer.status
        except (ForbiddenAddress, TimeoutError, OSError, httpcore.NetworkError, httpcore.ProtocolError) as error:
            return Attempt(Outcome.FAILED, f"{type(error).__name__}: {error}")
        except httpcore.TimeoutException as error:
            return Attempt(Outcome.FAILED, f"{type(error).__name__}: {error}")
        told = f"it answers {status}"
        if HTTPStatus(200) <= status < HTTPStatus(300):
            return Attempt(Outcome.DELIVERED, told)
        if 300 <= status < 400:
            return Attempt(Outcome.REFUSED, f"{told}, and redirects are not followed")
        is_refusal = 400 <= status < 500 and status not in _MAY_PASS
        return Attempt(Outcome.REFUSED if is_refusal else Outcome.FAILED, told)
