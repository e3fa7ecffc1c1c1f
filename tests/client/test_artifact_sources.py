"""What becomes an artifact: files under their names, each once, with size and MD5."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from runfolio._core.artifact_manifest import content_digest
from runfolio._core.artifact_sources import read_sources


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.txt", "sub/b.txt", "sub/deep/c.txt"):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "tree"


def test_a_file_is_called_by_its_name_and_what_is_below_a_directory_by_its_path(tree: Path) -> None:
    one = read_sources(tree / "sub" / "b.txt")
    all_of_them = read_sources(str(tree))
    several = read_sources([tree / "a.txt", tree / "sub"])

    assert ["b.txt"] == [source.name for source in one]
    assert ["a.txt", "sub/b.txt", "sub/deep/c.txt"] == [source.name for source in all_of_them]
    assert ["a.txt", "b.txt", "deep/c.txt"] == [source.name for source in several]
    assert base64.b64encode(hashlib.md5(b"sub/b.txt").digest()).decode() == one[0].md5
    assert len(b"sub/b.txt") == one[0].size


def test_a_dict_says_names_of_files_directories_and_bytes(tree: Path) -> None:
    sources = read_sources({"weights.bin": b"12", "data": tree / "sub", "x/y": tree / "a.txt"})

    assert ["data/b.txt", "data/deep/c.txt", "weights.bin", "x/y"] == [source.name for source in sources]
    assert 2 == sources[2].size


def test_two_files_of_one_name_are_refused_by_both_their_paths(tree: Path) -> None:
    (tree / "sub" / "a.txt").write_text("other")

    with pytest.raises(ValueError, match=r"'a.txt' in the artifact: .*tree/a.txt and .*tree/sub/a.txt"):
        read_sources([tree / "a.txt", tree / "sub" / "a.txt"])


def test_a_file_whose_name_is_not_unicode_is_told_by_its_name_and_can_be_given_another(tmp_path: Path) -> None:
    found = tmp_path / os.fsdecode(b"caf\xe9.txt")
    found.write_text("latin-1")

    with pytest.raises(ValueError, match=r"'caf\\udce9.txt' is not Unicode text, .* Rename the file"):
        read_sources(tmp_path)
    assert ["coffee.txt"] == [source.name for source in read_sources({"coffee.txt": found})]


@pytest.mark.parametrize(
    ("files", "error", "message"),
    [
        ("/nowhere/x", FileNotFoundError, "no file or directory '/nowhere/x'"),
        (b"bytes", TypeError, "bytes are given with a name"),
        (7, TypeError, "not of int"),
    ],
)
def test_what_is_no_file_is_told(files: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        read_sources(files)


def test_the_digest_of_a_content_is_the_one_of_the_sdk() -> None:
    assert "64e7c61456b10382e2f3b571ac24b659" == content_digest({})
    lines = b"wandb-artifact-manifest-v1\na:1\nb:2\n"
    assert hashlib.md5(lines).hexdigest() == content_digest({"b": "2", "a": "1"})
