"""Tokens of browser sessions: how they are made and what of them is stored. Used by actions/identity/ and endpoints/.

Of the token in the cookie the database has the hash alone. The one that a change needs besides is made of the session's
id and a secret of the server: it stays the same while the token in the cookie changes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final
from uuid import UUID

TOKEN_BYTES: Final = 32
CSRF_HEADER: Final = "X-CSRF-Token"


def new_session_token() -> str:
    """A token of 256 random bits, in letters, digits, - and _."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_session_token(token: str) -> bytes:
    """What is stored: SHA-256, 32 bytes."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def csrf_token(secret: bytes, session_id: UUID) -> str:
    """What a page must send with a change by this session: 64 hexadecimal characters."""
    return hmac.new(secret, b"csrf" + session_id.bytes, hashlib.sha256).hexdigest()


def is_csrf_token(secret: bytes, session_id: UUID, given: str) -> bool:
    """Whether this is that token, in a time that does not tell how much of it is right."""
    return hmac.compare_digest(csrf_token(secret, session_id).encode(), given.encode("utf-8", "surrogatepass"))
