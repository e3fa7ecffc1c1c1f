# Made from _async/run_files.py by client/unasync.py; do not edit.
"""The files of a run: found, read and sent. A part of run.py."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from runfolio._sync.connected_run import ConnectedRun
from runfolio._sync.files import File, Files, upload_file
from runfolio._core import json_text
from runfolio._core.missing import present
from runfolio._core.sending import name_of

METADATA_FILE = "wandb-metadata.json"


class RunFiles(ConnectedRun):
    """What a run does with files."""

    def files(
        self,
        names: Sequence[str] | str | None = None,
        pattern: str | None = None,
        per_page: int = 50,
        prefix: str | None = None,
    ) -> Files:
        """Its files, by name; those that begin with `prefix`, such as `media/`, or are like `pattern`.

        The pattern is SQL's: `%` is any text, `_` any character.
        """
        return Files(self._transport, self._path, names=names, pattern=pattern, prefix=prefix, per_page=per_page)

    def file(self, name: str) -> File:
        """Its file of this name. Raises NotFoundError when there is none."""
        files = Files(self._transport, self._path, names=[name]).load()
        return present(files[0] if files else None, f"file {name!r}", f"in run {'/'.join(self.path)!r}")

    def upload_file(
        self, path: str | os.PathLike[str], root: str | os.PathLike[str] = ".", *, name: str | None = None
    ) -> File:
        """Send a file of this machine, and return it as the run has it; one of the same name is overwritten.

        It is called by its path from `root` on, or `name`. Raises OSError when it cannot be read, BadRequestError when
        it may not be called so or changes while it is sent, TooLargeError.
        """
        listed = upload_file(self._transport, self._path, path, name_of(path, root) if name is None else name)
        return self.file(listed)

    @property
    def metadata(self) -> dict[str, Any] | None:
        """What the SDK noted of the machine and the program; None when it noted nothing. Read each time."""
        files = Files(self._transport, self._path, names=[METADATA_FILE]).load()
        return json_text.parse_object((files[0].read()).decode(errors="replace")) if files else None
