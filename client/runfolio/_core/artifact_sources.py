"""What is to become an artifact: paths, or names and what they hold → the entries, each with its size and MD5.

Used by _async/artifact_upload.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from runfolio._core.upload_content import size_and_md5

FilePath: TypeAlias = str | os.PathLike[str]
ArtifactFilesInput: TypeAlias = FilePath | list[FilePath] | tuple[FilePath, ...] | Mapping[str, FilePath | bytes]
"""A file, a directory with all that is below it, several of these, or names and what each of them holds."""


@dataclass(frozen=True, slots=True)
class ArtifactSource:
    """One entry that is to be: its name with forward slashes, where its bytes are, how many, and their MD5."""

    name: str
    source: Path | bytes
    size: int
    md5: str


def read_sources(files: ArtifactFilesInput) -> list[ArtifactSource]:
    """The entries by name; every file is read once for its MD5.

    A file is called by its own name, what is below a directory by its path from there. Raises FileNotFoundError,
    ValueError for two of one name or for a name that is not Unicode, and TypeError for what is no path.
    """
    found: dict[str, Path | bytes] = {}
    for name, source in _named(files):
        _check_unicode(name)
        if found.setdefault(name, source) is not source:
            raise ValueError(
                f"Two files would be called {name!r} in the artifact: {found[name]!s:.200} and {source!s:.200}. "
                "Give a dict that says which name each of them gets."
            )
    return [ArtifactSource(name, source, *size_and_md5(source)) for name, source in sorted(found.items())]


def _check_unicode(name: str) -> None:
    """Python reads a file name on disk whose bytes are not UTF-8 as text with halves of surrogate pairs."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"The file name {name!r:.200} is not Unicode text, and no artifact can have it. "
            "Rename the file, or give a dict that says which name it gets."
        ) from error


def _named(files: ArtifactFilesInput) -> Iterator[tuple[str, Path | bytes]]:
    if isinstance(files, Mapping):
        for name, source in files.items():
            if isinstance(source, bytes):
                yield name, source
            else:
                yield from _below(name, _present(source))
    elif isinstance(files, str | os.PathLike):
        yield from _in_path(_present(files))
    elif isinstance(files, list | tuple):
        for item in files:
            yield from _in_path(_present(item))
    else:
        raise TypeError(
            f"An artifact is made of a path, a list of paths, or a dict of names, not of {type(files).__name__}; "
            'bytes are given with a name: {"weights.bin": data}.'
        )


def _in_path(path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_dir():
        yield from _below("", path)
    else:
        yield path.name, path


def _below(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    """The files of a directory, links followed, with the name before their paths; or the one file of this name."""
    if not path.is_dir():
        yield name, path
        return
    for directory, _, file_names in os.walk(path, followlinks=False):
        for file_name in file_names:
            file = Path(directory, file_name)
            if file.is_file():
                below = file.relative_to(path).as_posix()
                yield (f"{name}/{below}" if name else below), file


def _present(path: FilePath) -> Path:
    found = Path(path)
    if not found.exists():
        raise FileNotFoundError(f"There is no file or directory {str(found)!r} to log as an artifact.")
    return found
