"""API keys: how they are made and what of them is stored. Used by actions/identity/."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

# Forty hexadecimal characters pass every client's own check of a key, the oldest one's exact length included.
KEY_BYTES = 20


def new_api_key() -> str:
    """A key of 160 random bits as 40 hexadecimal characters."""
    return secrets.token_hex(KEY_BYTES)


def hash_api_key(key: str) -> bytes:
    """What is stored: SHA-256, 32 bytes. A random key needs no slow hash: there is nothing to guess."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def public_key_name(api_key_id: UUID) -> str:
    """What a key without a name is called in lists."""
    return f"key-{api_key_id.hex[:8]}"
