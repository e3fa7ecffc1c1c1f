"""A small repository of git, for tests of restored code."""

from __future__ import annotations

import subprocess
from pathlib import Path

IDENTITY = ("-c", "user.name=ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")


def git(directory: Path, *arguments: str) -> str:
    """What a command of git prints, without white space at its ends."""
    command = ["git", *IDENTITY, "-C", str(directory), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def make_repository(directory: Path) -> str:
    """A repository with one commit of train.py and lib/a.py; the commit."""
    (directory / "lib").mkdir(parents=True)
    (directory / "train.py").write_text("rate = 0.1\n")
    (directory / "lib" / "a.py").write_text("a = 1\n")
    git(directory, "init", "--quiet", "--initial-branch=main")
    git(directory, "add", ".")
    git(directory, "commit", "--quiet", "--message=first")
    return git(directory, "rev-parse", "HEAD")
