"""Since when runs could be heard from. Called by listening.py and the worker; see listening.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from runfolio_server.sql.named import QueryFile


class ListenedRow(msgspec.Struct, frozen=True):
    """Since when some process has listened without a break."""

    since: datetime


class HurryRow(msgspec.Struct, frozen=True):
    """What PostgreSQL has been told."""

    timeout: str


_FILE = QueryFile("runs/listening.sql")

TELL_LISTENING: Final = _FILE.command("tell_listening")
SELECT_LISTENED: Final = _FILE.query("select_listened", ListenedRow)
HURRY: Final = _FILE.query("hurry", HurryRow)
