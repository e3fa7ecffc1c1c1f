"""Constraint names and what a violation means to the caller. The names are the protocol: see tables.sql."""

from __future__ import annotations

from typing import Final

MESSAGES_BY_CONSTRAINT: Final = {
    "entities_name_key": "An entity of this name exists already; choose another username.",
    "users_email_key": "A user with this email exists already.",
}
