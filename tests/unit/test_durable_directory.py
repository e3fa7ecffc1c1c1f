"""What is flushed to disk when an object was written: it, its directory, and those above that have changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from runfolio_server.objects.directory import DurableDirectory


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Writes an object, and tells what was flushed, from the bottom up. All directories have their times long ago."""
    flushed: list[str] = []
    directory = DurableDirectory(tmp_path)
    real = os.fsync

    def fsync(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(tmp_path).as_posix())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)

    def write(key: str) -> list[str]:
        flushed.clear()
        known = set(tmp_path.rglob("*"))
        path = tmp_path / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        directory.flush(key)
        for parent in path.parents:
            if parent.is_relative_to(tmp_path) and parent not in known | {tmp_path}:
                os.utime(parent, (1, 1))
        return list(flushed)

    os.utime(tmp_path, (1, 1))
    return write


def test_a_directory_that_has_not_changed_is_flushed_once_and_its_own_each_time(
    written: Callable[[str], list[str]], tmp_path: Path
) -> None:
    first = written("run/a/1")
    os.utime(tmp_path, (1, 1))
    second, third = written("run/a/2"), written("run/a/3")

    assert ["run/a/1", "run/a", "run", "."] == first
    assert ["run/a/2", "run/a", "run", "."] == second, "nothing is known of times that were changed since"
    assert ["run/a/3", "run/a"] == third


def test_a_new_directory_is_flushed_into_the_one_above_it(written: Callable[[str], list[str]], tmp_path: Path) -> None:
    for key in ("run/a/1", "run/a/2"):
        written(key)
        os.utime(tmp_path, (1, 1))
    written("run/a/3")

    new = written("run/b/1")

    assert ["run/b/1", "run/b", "run"] == new[:3]
