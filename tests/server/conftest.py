"""Real servers as child processes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from runfolio_server.embedded import EmbeddedPostgres
from tests.bucket import Buckets
from tests.server.object_server import ObjectServer, open_object_server
from tests.server.reachable_dir import reachable_dir
from tests.server.running_serve import RunningServe, Start


@pytest.fixture(params=["directory", "bucket"])
async def server(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ObjectServer]:
    """The object routes alone, over a directory and over S3."""
    place = ""
    if request.param == "bucket":
        buckets: Buckets = request.getfixturevalue("buckets")
        for name, value in buckets.environment.items():
            monkeypatch.setenv(name, value)
        place = buckets.make()
    async with open_object_server(tmp_path, place, store_download_bytes="0") as opened:
        yield opened


@pytest.fixture
def directory() -> Iterator[Path]:
    with reachable_dir() as made:
        yield made


@pytest.fixture
def start(directory: Path) -> Iterator[Start]:
    """Starts a server on `directory`/data unless told otherwise; ends them all, and what they left, afterwards."""
    started: list[RunningServe] = []

    def start_one(*arguments: str, data_dir: Path | None = None, **options: dict[str, str]) -> RunningServe:
        output = directory / f"server-{len(started)}"
        started.append(RunningServe(data_dir or directory / "data", output, *arguments, **options))
        return started[-1]

    yield start_one
    for server in started:
        server.kill()
        if (server.data_dir / "pg" / "postmaster.pid").exists():
            leftover = EmbeddedPostgres(server.data_dir)
            leftover.force()
            leftover.start()
            leftover.stop()
