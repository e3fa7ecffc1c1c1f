"""The sync client is what client/unasync.py makes of the async one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_sync_client_is_made_from_the_async_one() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "client" / "unasync.py"), "--check"], capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stderr


def test_nothing_async_is_left_in_the_sync_client() -> None:
    for path in (ROOT / "client" / "runfolio" / "_sync").glob("*.py"):
        code = [line for line in path.read_text().splitlines() if "Made from _async" not in line]

        assert not [line for line in code if "await " in line or "async " in line or "Async" in line], path.name
