"""What is known of the request that is being answered: for lines of the log, and for the headers of its answer.

Made by endpoints/noted_requests.py for each request; whatever works for it, in the same task or one that it has begun,
finds it by `current_request`. Without a request, as in the worker, there is none.
"""

from __future__ import annotations

from contextvars import ContextVar

import msgspec

from runfolio_server.key_requests import KeyUse


class RequestNote(msgspec.Struct):
    """One request: its id, which its answer tells too; who asks, once that is known; and what is left of their key."""

    request_id: str
    method: str
    path: str
    user_id: int | None = None
    key_use: KeyUse | None = None


_CURRENT: ContextVar[RequestNote | None] = ContextVar("request", default=None)
note_request = _CURRENT.set
forget_request = _CURRENT.reset
current_request = _CURRENT.get
"""The note of the request that is being answered; None outside of any."""
