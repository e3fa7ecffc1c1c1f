"""What gives the summary that a run's history comes to; ingest/history_summary.py does, and graph/ hands it on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

from runfolio_server.sql.pool import Database

SummaryOf: TypeAlias = Callable[[Database, UUID, str], Awaitable[str]]
"""The run and its config → the summary as JSON text."""
