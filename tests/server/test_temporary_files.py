"""What an export writes before it is sent has no name, so that a kill leaves nothing; what had one is removed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from pathlib import Path

import pytest
from starlette.types import Message

from runfolio_server.objects.temporary_files import DIRECTORY, open_temporary_file, remove_leftovers
from tests.history_service import log_rows
from tests.server.object_server import scope_of
from tests.service import Service


def _open_files(directory: Path) -> list[str]:
    """What this process has open there."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.append(str(descriptor.readlink()))
    return [file for file in found if file.startswith(str(directory))]


def _named(*directories: Path) -> list[Path]:
    return [file for directory in directories for file in directory.iterdir()]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_an_export_has_its_file_in_the_data_directory_and_without_a_name(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A directory for temporary files that nothing may be in.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    await service.start_run("r")
    await log_rows(service, "ada/p/r", [{"_step": step, "loss": step / 7} for step in range(100)])
    directory = service.settings.data_dir / DIRECTORY
    seen: list[tuple[list[str], list[Path]]] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body" and message["body"]:
            seen.append((_open_files(directory), _named(directory, tmp_path)))

    scope = scope_of("GET", "http://runs.test/export/ada/p/r/history.parquet")
    scope["headers"] = [(b"authorization", f"Bearer {service.keys['ada']}".encode())]
    await service.app(scope, receive, send)

    (files, named), *_ = seen
    assert (1, []) == (len(files), named)
    assert files[0].endswith(" (deleted)")
    assert [] == _open_files(directory)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
async def test_a_full_disk_is_told_and_may_pass(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await service.start_run("full")
    await log_rows(service, "ada/p/full", [{"_step": step, "loss": step / 7} for step in range(100)])
    monkeypatch.setattr(
        "runfolio_server.endpoints.export_history.open_temporary_file",
        lambda _: Path("/dev/full").open("wb"),  # noqa: SIM115 - closed by whoever asked for it
    )

    answer = await service.http.get("/export/ada/p/full/history.parquet", headers=service.headers("ada"))

    assert (503, "10") == (answer.status_code, answer.headers["Retry-After"])
    assert "There is no room for the file" in answer.json()["errors"][0]["message"]


def test_what_a_kill_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    directory = tmp_path / DIRECTORY
    assert 0 == remove_leftovers(tmp_path)
    assert not directory.exists()
    with open_temporary_file(tmp_path) as file:
        file.write(b"x")
        assert 0o700 == directory.stat().st_mode & 0o777
    for name, age_s in (("old", 3600), ("new", 0)):
        (directory / name).write_bytes(b"left")
        then = (directory / name).stat().st_mtime - age_s
        os.utime(directory / name, (then, then))

    assert 1 == remove_leftovers(tmp_path)
    assert ["new"] == [file.name for file in directory.iterdir()]
