"""Why the embedded PostgreSQL cannot run; each message is one sentence for the person at the terminal.

EmbeddedPostgresError
└── StartInterruptedError    somebody asked it to stop while it was starting
"""

from __future__ import annotations


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be started; the message says why and what to do next."""


class StartInterruptedError(EmbeddedPostgresError):
    """`stop` or `interrupt` was called before PostgreSQL was ready."""
