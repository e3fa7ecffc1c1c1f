"""The files of a run: found, read and sent. A part of run.py."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from runfolio._async.connected_run import AsyncConnectedRun
from runfolio._async.files import AsyncFile, AsyncFiles, upload_file
from runfolio._core import json_text
from runfolio._core.missing import present
from runfolio._core.sending import name_of

METADATA_FILE = "wandb-metadata.json"


class AsyncRunFiles(AsyncConnectedRun):
    """What a run does with files."""

    def files(
        self,
        names: Sequence[str] | str | None = None,
        pattern: str | None = None,
        per_page: int = 50,
        prefix: str | None = None,
    ) -> AsyncFiles:
        """Its files, by name; those that begin with `prefix`, such as `media/`, or are like `pattern`.

        The pattern is SQL's: `%` is any text, `_` any character.
        """
        return AsyncFiles(self._transport, self._path, names=names, pattern=pattern, prefix=prefix, per_page=per_page)

    async def file(self, name: str) -> AsyncFile:
        """Its file of this name. Raises NotFoundError when there is none."""
        files = await AsyncFiles(self._transport, self._path, names=[name]).load()
        return present(files[0] if files else None, f"file {name!r}", f"in run {'/'.join(self.path)!r}")

    async def upload_file(
        self, path: str | os.PathLike[str], root: str | os.PathLike[str] = ".", *, name: str | None = None
    ) -> AsyncFile:
        """Send a file of this machine, and return it as the run has it; one of the same name is overwritten.

        It is called by its path from `root` on, or `name`. Raises OSError when it cannot be read, BadRequestError when
        it may not be called so or changes while it is sent, TooLargeError.
        """
        listed = await upload_file(self._transport, self._path, path, name_of(path, root) if name is None else name)
        return await self.file(listed)

    @property
    async def metadata(self) -> dict[str, Any] | None:
        """What the SDK noted of the machine and the program; None when it noted nothing. Read each time."""
        files = await AsyncFiles(self._transport, self._path, names=[METADATA_FILE]).load()
        return json_text.parse_object((await files[0].read()).decode(errors="replace")) if files else None
