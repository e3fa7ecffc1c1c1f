"""What a killed container leaves to the next one: process numbers are the same again. Needs `unshare`, else skipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.embedded_data import data_dir, template

__all__ = ["data_dir", "template"]

# Both lives make the same processes in the same order, so PostgreSQL has the same number in both; both end at once.
ONE_LIFE = """
import os, signal, socket, sys
from pathlib import Path
from runfolio_server.embedded import EmbeddedPostgres

postgres = EmbeddedPostgres(Path(sys.argv[1]))
postgres.start()
session = socket.socket(socket.AF_UNIX)
session.connect(str(Path(sys.argv[1], "pg", ".s.PGSQL.5432")))
print(postgres.pid, flush=True)
os._exit(0)
"""


def _in_a_container(*command: str) -> subprocess.CompletedProcess[str]:
    """Run it as process 1 of its own numbering; when it ends, all that it started is killed."""
    rights = () if os.geteuid() == 0 else ("--user", "--map-current-user")
    return subprocess.run(
        ["unshare", *rights, "--pid", "--fork", "--kill-child", "--mount-proc", *command],
        check=False,
        capture_output=True,
        text=True,
    )


def _containers_work() -> bool:
    try:
        return _in_a_container("true").returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not _containers_work(), reason="this system does not let us number processes anew")
def test_a_pid_file_of_a_killed_container_is_not_taken_for_a_running_postgresql(data_dir: Path) -> None:
    lives = [_in_a_container(sys.executable, "-c", ONE_LIFE, str(data_dir)) for _ in range(3)]

    assert [""] * 3 == [life.stderr for life in lives]
    assert 1 == len({life.stdout for life in lives}), "the numbers were not the same, so this proved nothing"
