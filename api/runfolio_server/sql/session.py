"""What a session of PostgreSQL is told before its first statement, or a transaction of a lent one; and how long it has.

Used by pool.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from runfolio_server.sql.distribution import APPLICATION_NAMES, DISTRIBUTED_SETTINGS

# How much longer than one statement may run a transaction may wait for its next one.
IDLE_PER_STATEMENT = 10


@dataclass(frozen=True, slots=True)
class Deadlines:
    """In seconds: of one statement, of one that a caller's filter shapes, and of PostgreSQL to answer at all."""

    statement_s: float
    filter_s: float
    answer_s: float


PATIENT: Final = Deadlines(86_400, 86_400, 60)
"""Of connections outside a pool, which migrate."""


def session_settings(statement_timeout_s: float) -> Mapping[str, str]:
    """Names and values, of which none needs quotes inside."""
    return {
        "application_name": APPLICATION_NAMES[0],
        "statement_timeout": milliseconds(statement_timeout_s),
        # Whoever is stopped in a transaction keeps rows locked, and readers of events waiting, no longer.
        "idle_in_transaction_session_timeout": milliseconds(IDLE_PER_STATEMENT * statement_timeout_s),
        "timezone": "UTC",
        # JIT costs more than it gives on statements this short.
        "jit": "off",
        **DISTRIBUTED_SETTINGS,
    }


def milliseconds(seconds: float) -> str:
    """As PostgreSQL reads times without a unit."""
    return str(int(seconds * 1000))
