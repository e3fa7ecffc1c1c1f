"""The PostgreSQL that a running `serve` has in its data directory, for commands beside it. Used by serve/machine.py."""

from __future__ import annotations

import time
from pathlib import Path

from runfolio_server.embedded import postmaster, sockets

POLL_S = 0.1


def url_of_running_postgres(data_dir: Path, patience_s: float) -> str | None:
    """Its URL as soon as it answers; None when that is not in so many seconds, or there is none.

    Only its own OS user and root can use the URL.
    """
    pg_dir = data_dir.resolve() / "pg"
    deadline = time.monotonic() + patience_s
    while pg_dir.exists():
        found = postmaster.read_postmaster_file(pg_dir)
        if found is not None and found.is_ready and postmaster.is_postmaster_of(found.pid, pg_dir):
            return sockets.database_url(Path(found.socket_dir))
        if time.monotonic() > deadline:
            return None
        time.sleep(POLL_S)
    return None
