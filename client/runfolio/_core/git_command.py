"""Runs git: a twin that blocks, and one that does not. Used by _async/run_code.py; client/unasync.py changes them.

Nothing that a run says of itself is an option, a repository or a protocol here: the caller names the repository.
"""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from runfolio._core.errors import RestoreError

# No question to whoever sits there, and no program that a repository names.
SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never")


class Git:
    """Git in one directory; each call raises RestoreError with what git said."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def run(self, *arguments: str) -> None:
        """Run one command."""
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, without a shell
                command(self._directory, arguments), capture_output=True, check=False, stdin=subprocess.DEVNULL
            )
        except OSError as error:
            raise RestoreError(f"git cannot be run: {error}") from error
        check(arguments, done.returncode, done.stderr)

    def succeeds(self, *arguments: str) -> bool:
        """Whether the command ends well."""
        try:
            self.run(*arguments)
        except RestoreError:
            return False
        return True


class AsyncGit:
    """See Git."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def run(self, *arguments: str) -> None:
        """See Git."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command(self._directory, arguments),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise RestoreError(f"git cannot be run: {error}") from error
        _, said = await process.communicate()
        check(arguments, process.returncode, said)

    async def succeeds(self, *arguments: str) -> bool:
        """See Git."""
        try:
            await self.run(*arguments)
        except RestoreError:
            return False
        return True


def command(directory: Path, arguments: tuple[str, ...]) -> list[str]:
    """The whole command line."""
    return ["git", *SAFE, "-C", str(directory), *arguments]


def check(arguments: tuple[str, ...], code: int | None, said: bytes) -> None:
    """Raise RestoreError for a command that failed."""
    if code:
        told = " ".join(said.decode(errors="replace").split())[-500:]
        raise RestoreError(f"git {arguments[0]} failed: {told or f'exit code {code}'}")
