"""Constraint names and what a violation means to the caller. The names are the protocol: see tables.sql."""

from __future__ import annotations

import re
from typing import Final

MESSAGES_BY_CONSTRAINT: Final = {
    "entities_name_key": "An entity of this name exists already; choose another username.",
    "api_keys_user_id_name_key": "A valid key of this name exists already; choose another name, or revoke that one.",
    "projects_entity_id_name_key": "A project of this name exists already; choose another name.",
    "users_email_key": "A user with this email exists already.",
}

# What PostgreSQL puts into its message, with the number of a shard behind it where the table is spread over machines.
_QUOTED: Final = re.compile(r'"(?P<name>\w+?)(?:_\d+)?"')


def constraint_of(name: str | None, message: str) -> str | None:
    """The constraint that was violated; None when it is none that means something to a caller.

    Of a table that is spread over machines the error has no name, only the message, which names the constraint of a
    shard.

    >>> constraint_of(None, 'duplicate key value violates unique constraint "users_email_key_102008"')
    'users_email_key'
    """
    names = [name] if name else [found["name"] for found in _QUOTED.finditer(message)]
    return next((found for found in names if found in MESSAGES_BY_CONSTRAINT), None)
