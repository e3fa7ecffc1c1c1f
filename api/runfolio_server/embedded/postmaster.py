"""Who runs on a PostgreSQL data directory: its pid file, whether that process is it, and what a dead one left behind.

Used by postgres.py. The layout of postmaster.pid is that of PostgreSQL's src/include/utils/pidfile.h.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROCESS_TABLE = Path("/proc")
PS_TIMEOUT_S = 5

_SOCKET_DIR_LINE = 4
_STATUS_LINE = 7


@dataclass(frozen=True, slots=True)
class PostmasterFile:
    """What postmaster.pid says; what is not written yet is empty. `written_ns` is when that was written."""

    pid: int
    socket_dir: str
    status: str
    written_ns: int

    @property
    def is_ready(self) -> bool:
        """Whether connections are accepted."""
        return self.status == "ready"


def read_postmaster_file(pg_dir: Path) -> PostmasterFile | None:
    """The content of postmaster.pid, None when there is none or its first line is not written yet."""
    try:
        with (pg_dir / "postmaster.pid").open() as file:
            written_ns = os.fstat(file.fileno()).st_mtime_ns
            lines = [line.strip() for line in file.read().splitlines()]
    except FileNotFoundError:
        return None
    if not lines or not lines[0].lstrip("-").isdigit():
        return None
    lines += [""] * (_STATUS_LINE + 1 - len(lines))
    return PostmasterFile(abs(int(lines[0])), lines[_SOCKET_DIR_LINE], lines[_STATUS_LINE], written_ns)


def command_line(pid: int) -> str:
    """The arguments of a process joined by spaces; empty when it is gone, a zombie, or not to be seen."""
    if not (PROCESS_TABLE / "self").exists():
        return _command_line_by_ps(pid)
    try:
        raw = (PROCESS_TABLE / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ""
    return os.fsdecode(raw.rstrip(b"\0").replace(b"\0", b" "))


def is_postmaster_of(pid: int, pg_dir: Path) -> bool:
    """Whether this process is the postmaster of this directory, not a stranger that got its number later."""
    before, mark, after = command_line(pid).partition(f" -D {pg_dir}")
    return before.endswith("postgres") and bool(mark) and (not after or after.startswith(" "))


def process_exists(pid: int) -> bool:
    """Whether any process has this number, a zombie included."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def orphans(pg_dir: Path, user_id: int) -> list[int]:
    """The children that a killed postmaster of this directory left; only to be called when no postmaster runs there.

    They end by themselves as soon as they wait for something, which a busy one may not do for a while, and until then
    no new postmaster can start. Empty where processes cannot be listed (macOS, or /proc closed to us).
    """
    found = []
    for entry in PROCESS_TABLE.glob("[0-9]*"):
        pid = int(entry.name)
        try:
            # Every process of PostgreSQL works inside its data directory.
            is_ours = entry.stat().st_uid == user_id and (entry / "cwd").readlink() == pg_dir
        except OSError:
            continue
        if is_ours and command_line(pid).startswith("postgres:"):
            found.append(pid)
    return found


def _command_line_by_ps(pid: int) -> str:
    answer = subprocess.run(  # noqa: S603 - the only argument is a number
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        check=False,
        capture_output=True,
        text=True,
        timeout=PS_TIMEOUT_S,
    )
    return answer.stdout.strip()
