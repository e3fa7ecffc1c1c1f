"""The code of a run on this machine again, and where each of its files may go. Used by _async/run_code.py."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from runfolio._core.errors import DownloadError
from runfolio._core.receiving import place_for

# What SDKs call the files of a run that hold its code.
CODE_FOLDER = "code/"
CODE_TYPE = "code"
"""Of artifacts."""
PATCH = "diff.patch"
UPSTREAM_PATCH = re.compile(r"upstream_diff_([0-9a-f]{7,64})\.patch")
COMMIT = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True)
class RestoredCode:
    """What was restored `into` a directory.

    `files` are those that were saved with the run, `patch` what was changed since its commit (None: nothing was saved
    of it), `commit` the one that is checked out (None: no repository was given), `is_patched` whether the patch has
    been applied to it.
    """

    into: Path
    files: tuple[Path, ...]
    patch: Path | None
    commit: str | None
    is_patched: bool

    def __bool__(self) -> bool:
        return bool(self.files) or self.patch is not None or self.commit is not None


def code_place(into: str | os.PathLike[str], name: str) -> Path:
    """Where a file of the code goes. Raises DownloadError for a name that leads out, or to git's own files."""
    # Git would run what stands in them.
    if any(part.rstrip(". ").casefold().partition(":")[0] in (".git", "git~1") for part in name.split("/")):
        raise DownloadError(f"The file name {name!r} is one of git's own files, which are not restored.")
    return place_for(into, name)


def check_free(places: Iterable[Path], *, replace: bool) -> None:
    """Raise FileExistsError for the first place that is taken."""
    for place in places:
        if not replace and os.path.lexists(place):
            raise FileExistsError(f"{place} exists; give replace=True to overwrite it, or another directory")


def address_of(repository: str | os.PathLike[str]) -> str:
    """What git is told: a path of this machine in full, because git works in another directory."""
    return str(Path(repository).absolute()) if Path(repository).exists() else os.fspath(repository)
