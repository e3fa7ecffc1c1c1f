"""What is sent of an event: JSON, an id that stays the same however often it is sent, and a signature.

Headers and signature are those of https://www.standardwebhooks.com: `v1,` and the base64 of the HMAC-SHA256 of
`id.timestamp.body`. Used by delivery.py.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Final

import orjson

from runfolio_server.domain.events import EventKind
from runfolio_server.domain.state_change import StateCause, reason_of
from runfolio_server.domain.time_text import instant_text
from runfolio_server.sql.events.events import EventRow
from runfolio_server.sql.events.webhooks import ToldRunRow
from runfolio_server.sql.runs.alerts import AlertRow

TOLD_KINDS: Final = frozenset({EventKind.RUN_MADE, EventKind.RUN_STATE_CHANGED, EventKind.RUN_ALERTED})
"""Kinds of events that are sent."""


@dataclass(frozen=True, slots=True)
class Message:
    """One event, ready to be signed."""

    id: str
    body: bytes

    def headers(self, secret: str, timestamp: int) -> dict[str, str]:
        """Its headers; `timestamp` is the time of sending in Unix seconds, so that an old one can be refused.

        >>> Message("a", b"{}").headers("s", 1)["webhook-signature"]
        'v1,k4sgcI+oN3BUwxYHrA9UHPoZT9S9TPoMNTiQsyqGfVw='
        """
        signed = b".".join([self.id.encode(), str(timestamp).encode(), self.body])
        digest = hmac.digest(secret.encode(), signed, hashlib.sha256)
        return {
            "content-type": "application/json",
            "user-agent": "runfolio",
            "webhook-id": self.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }


def message_id(event: EventRow) -> str:
    """The id of an event of a run: the run's own key, and which of its events."""
    return f"{event.object_id}-{event.number}"


def message_of(event: EventRow, run: ToldRunRow, alert: AlertRow | None, base_url: str) -> Message:
    """The message of an event. `base_url` is that of the settings; "": the run's address is not known."""
    detail = orjson.loads(event.detail)
    content: dict[str, Any] = {
        "id": message_id(event),
        "kind": event.kind,
        "at": instant_text(event.at),
        "entity": run.entity,
        "project": run.project,
        "run": {
            "id": run.name,
            "name": run.display_name,
            "url": f"{base_url}/{run.entity}/{run.project}/runs/{run.name}" if base_url else None,
        },
        "user": run.username,
    }
    if alert is not None:
        content["alert"] = {"title": alert.title, "text": alert.text, "severity": alert.severity}
    elif "to" in detail:
        content["state"] = {
            "from": detail.get("from"),
            "to": detail["to"],
            "cause": detail.get("cause"),
            "reason": _reason(detail),
        }
    return Message(content["id"], orjson.dumps(content))


def _reason(detail: dict[str, Any]) -> str | None:
    """None for a cause that a newer server has written: an event that cannot be told would hold up all others."""
    cause = next((cause for cause in StateCause if cause == detail.get("cause")), None)
    return None if cause is None else reason_of(cause, detail.get("exit_code"), detail.get("silence_s"))
