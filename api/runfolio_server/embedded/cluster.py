"""PostgreSQL's files: made by initdb beside their place and moved there when complete. Used by postgres.py.

Because of the move, files in place are complete: whatever was interrupted earlier is a leftover with another name.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event

from runfolio_server.durable import sync_to_disk
from runfolio_server.embedded.database_user import DatabaseUser
from runfolio_server.embedded.errors import EmbeddedPostgresError, StartInterruptedError
from runfolio_server.embedded.programs import POSTGRES_MAJOR

SUPERUSER = "postgres"
UNFINISHED_PREFIX = "pg.new-"
POLL_S = 0.02
INITDB_TIMEOUT_S = 300


def has_cluster(pg_dir: Path) -> bool:
    """Whether complete files of the right major version are in place.

    Raises EmbeddedPostgresError when something else is there.
    """
    if not pg_dir.exists():
        return False
    if not (pg_dir / "PG_VERSION").exists():
        if any(pg_dir.iterdir()):
            raise EmbeddedPostgresError(
                f"{pg_dir} holds files that are not PostgreSQL's; move them away or choose another --data-dir."
            )
        return False
    version = (pg_dir / "PG_VERSION").read_text().strip()
    if version != str(POSTGRES_MAJOR):
        raise EmbeddedPostgresError(
            f"{pg_dir} holds data of PostgreSQL {version}, and this runfolio brings PostgreSQL {POSTGRES_MAJOR}; "
            "start the runfolio that made them, or run PostgreSQL yourself and give --database-url."
        )
    return True


def make_cluster(pg_dir: Path, programs: Path, owner: DatabaseUser, interrupted: Event) -> None:
    """Run initdb and put the result in place; takes one to five seconds.

    Raises EmbeddedPostgresError with initdb's own words, StartInterruptedError when `interrupted` is set meanwhile.
    """
    for leftover in pg_dir.parent.glob(f"{UNFINISHED_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED_PREFIX, dir=pg_dir.parent))
    try:
        owner.take(unfinished)
        _run_initdb(unfinished, programs, owner, interrupted)
        unfinished.rename(pg_dir)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    sync_to_disk(pg_dir.parent)


def child_environment() -> Mapping[str, str]:
    """The environment of this process without what would change PostgreSQL's defaults or the language of its log."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def _run_initdb(directory: Path, programs: Path, owner: DatabaseUser, interrupted: Event) -> None:
    command = [
        str(programs / "initdb"),
        f"--pgdata={directory}",
        f"--username={SUPERUSER}",
        # Only its owner can enter the directory of the socket, and there is no other way in.
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        # PostgreSQL's own collation: the same order on every machine, and an upgrade of libc breaks no index.
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-instructions",
    ]
    with tempfile.TemporaryFile(dir=directory.parent) as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=child_environment(),
            # Out of reach of the terminal's Ctrl-C.
            start_new_session=True,
            user=owner.user,
            group=owner.group,
            extra_groups=owner.extra_groups,
        )
        deadline = time.monotonic() + INITDB_TIMEOUT_S
        while process.poll() is None:
            if interrupted.is_set() or time.monotonic() > deadline:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise StartInterruptedError("PostgreSQL was told to stop before its files were made.")
            interrupted.wait(POLL_S)
        if process.returncode != 0:
            output.seek(0)
            raise EmbeddedPostgresError(
                f"PostgreSQL's files cannot be made in {directory.parent}: "
                f"{_reason(output.read().decode(errors='replace'))}."
            )


def _reason(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in lines:
        for mark in ("initdb: error: ", "FATAL: ", "PANIC: ", "ERROR: "):
            if mark in line:
                return line.partition(mark)[2].strip().rstrip(".")
    return lines[-1].rstrip(".") if lines else "initdb said nothing"
