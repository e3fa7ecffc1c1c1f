"""`runfolio keys create`: it needs no key, and makes one whether the server runs, was killed or was stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from runfolio_server.embedded import EmbeddedPostgres
from tests.server.reachable_dir import reachable_dir
from tests.server.running_serve import RunningServe

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
KEYS = """
import argparse, sys
from runfolio_server.operator_commands import KEYS
parser = argparse.ArgumentParser()
KEYS.add_arguments(parser)
sys.exit(KEYS.run(parser.parse_args()))
"""
ROLES = "{ viewer { username admin } }"


@pytest.fixture
def directory() -> Iterator[Path]:
    with reachable_dir() as made:
        yield made


def keys(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`runfolio keys` with these arguments, to its end."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RUNFOLIO_")}
    return subprocess.run(
        [sys.executable, "-c", KEYS, *arguments],
        env={**inherited, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )


def viewer(base_url: str, key: str) -> tuple[str, bool]:
    """Whom the server knows by the key, and whether a site admin."""
    answer = httpx.post(f"{base_url}/graphql", json={"query": ROLES}, headers={"Authorization": f"Bearer {key}"})
    found = answer.json()["data"]["viewer"]
    return found["username"], found["admin"]


def test_a_key_is_made_beside_the_server_after_its_kill_and_while_it_stands_still(directory: Path) -> None:
    data_dir = directory / "data"
    server = RunningServe(data_dir, directory / "first", "--username", "ann")
    try:
        server.wait_until_ready()
        beside = keys("create", "--admin", "--data-dir", str(data_dir))
        works = viewer(server.url, beside.stdout.strip())
        server.kill()
        after_kill = keys("create", "--data-dir", str(data_dir))
        still = keys("create", "--username", "ann", "--data-dir", str(data_dir))
        is_left_running = (data_dir / "pg" / "postmaster.pid").exists()
        server = RunningServe(data_dir, directory / "second")
        server.wait_until_ready()
        later = [viewer(server.url, made.stdout.strip()) for made in (beside, after_kill, still)]
        server.interrupt()
    finally:
        server.kill()
        if (data_dir / "pg" / "postmaster.pid").exists():
            leftover = EmbeddedPostgres(data_dir)
            leftover.force()
            leftover.start()
            leftover.stop()

    assert (0, 40) == (beside.returncode, len(beside.stdout.strip())), beside.stderr
    assert "This is a new API key of ann, a site admin, shown this once:\n" == beside.stderr
    assert ("ann", True) == works
    assert not is_left_running
    assert [("ann", True)] * 3 == later


def test_a_user_is_made_a_site_admin_on_the_machine(database_url: str) -> None:
    first = keys("create", "--admin", "--database-url", database_url)
    unknown = keys("create", "--username", "nobody", "--database-url", database_url)

    assert (1, "runfolio: There is no site admin; make a user one with --username NAME --admin.\n") == (
        first.returncode,
        first.stderr,
    )
    assert (1, "runfolio: There is no user 'nobody'.\n") == (unknown.returncode, unknown.stderr)


def test_a_directory_without_a_database_is_told_and_not_made(directory: Path) -> None:
    found = keys("create", "--data-dir", str(directory / "none"))

    assert 1 == found.returncode
    assert "There is no database in the data directory" in found.stderr
    assert "--database-url" in found.stderr
    assert not (directory / "none").exists()
