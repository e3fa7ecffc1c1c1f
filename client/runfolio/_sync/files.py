# Made from _async/files.py by client/unasync.py; do not edit.
"""Files of a run: the list, and their bytes. Made by run.py."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path

from runfolio._sync.pages import Pages
from runfolio._sync.transport import Transport
from runfolio._core.file_data import FileData
from runfolio._core.history import variables_of
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import LIST_FILES
from runfolio._core.page import Page
from runfolio._core.paths import RunPath
from runfolio._core.receiving import PartialFile, Receiving, place_for
from runfolio._generated import FileFields


class File(FileData):
    """A file of a run."""

    def __init__(self, fields: FileFields, transport: Transport) -> None:
        super().__init__(fields)
        self._transport = transport

    def read(self) -> bytes:
        """Its bytes, checked against their MD5. Raises DownloadError when they differ."""
        stream = io.BytesIO()
        self._transport.download(self.url, Receiving(self.name, self.md5, stream))
        return stream.getvalue()

    def download(
        self, root: str | os.PathLike[str] = ".", *, replace: bool = False, exist_ok: bool = False
    ) -> Path:
        """Write it to `root` under its name, and return that path; it is there whole or not at all.

        What is there already: kept with `exist_ok`, overwritten with `replace`, else a FileExistsError. Raises
        DownloadError when the bytes are not those announced, or the name would lead out of `root`.
        """
        target = place_for(root, self.name)
        if target.exists() and not replace:
            if exist_ok:
                return target
            raise FileExistsError(f"{target} exists; give replace=True to overwrite it or exist_ok=True to keep it")
        with PartialFile(target) as partial:
            self._transport.download(self.url, Receiving(self.name, self.md5, partial.stream))
            partial.keep()
        return target


class Files(Pages[File]):
    """The files of a run, by name."""

    def __init__(
        self,
        transport: Transport,
        path: RunPath,
        *,
        names: Sequence[str] | str | None = None,
        pattern: str | None = None,
        per_page: int = 50,
    ) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._path = path
        self._filter = {"names": [names] if isinstance(names, str) else names, "pattern": pattern}
        # An empty list of names means all of them to the server, and none to whoever asks.
        self._has_next = names is None or len(names) > 0

    def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[File]:
        answer = self._transport.execute(
            LIST_FILES,
            {**variables_of(self._path), **self._filter, "first": first, "after": after, "withTotal": with_total},
        )
        project = present_project(answer.project, str(self._path.entity), self._path.project)
        found = present_run(project.run, self._path).files
        files = [File(edge.node, self._transport) for edge in found.edges]
        return Page(files, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)
