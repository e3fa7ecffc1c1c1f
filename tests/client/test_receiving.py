"""Downloads land under the directory that was asked for, whole or not at all."""

from __future__ import annotations

import base64
import hashlib
import io
from pathlib import Path

import pytest

from runfolio import DownloadError
from runfolio._core.receiving import PartialFile, Receiving, place_for


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x", "a/../../x", "a/./b", "a//b", "", ".", "..", "a/", "a\0b", "media/../../../x"]
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="is not a relative path"):
        place_for(tmp_path, name)


def test_a_link_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (root / "media").symlink_to(outside)

    with pytest.raises(DownloadError, match="through a link"):
        place_for(root, "media/x.png")


def test_a_name_with_directories_lands_under_the_root(tmp_path: Path) -> None:
    assert tmp_path.resolve() / "media/images/x y.png" == place_for(tmp_path, "media/images/x y.png")


def test_a_file_that_was_not_kept_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "sub/x.bin"

    with PartialFile(target) as partial:
        partial.stream.write(b"half")

    assert [] == list((tmp_path / "sub").iterdir())


def test_a_kept_file_replaces_the_old_one_at_once(tmp_path: Path) -> None:
    target = tmp_path / "x.bin"
    target.write_bytes(b"old")

    with PartialFile(target) as partial:
        partial.stream.write(b"new")
        assert b"old" == target.read_bytes()
        partial.keep()

    assert b"new" == target.read_bytes()
    assert [target] == list(tmp_path.iterdir())


def test_a_restart_forgets_what_came_before() -> None:
    md5 = base64.b64encode(hashlib.md5(b"whole").digest()).decode()
    stream = io.BytesIO()
    receiving = Receiving("x", md5, stream)
    receiving.write(b"only a part, and longer")

    receiving.restart()
    receiving.write(b"whole")
    receiving.check()

    assert b"whole" == stream.getvalue()


def test_other_bytes_than_announced_are_refused() -> None:
    receiving = Receiving("x", base64.b64encode(b"0" * 16).decode(), io.BytesIO())
    receiving.write(b"something")

    with pytest.raises(DownloadError, match="announced was"):
        receiving.check()
