"""The session that a request came by. Made by actions/identity/session_lookup.py, remembered as viewers are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class KnownSession(msgspec.Struct, frozen=True):
    """A session that is good, with the hash of the key whose it is; the columns of select_session.

    `is_token_due`: the token in the browser's cookie is to be replaced.
    """

    session_id: UUID
    user_id: int
    key_hash: bytes
    expires_at: datetime
    is_token_due: bool
