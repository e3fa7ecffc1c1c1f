# Made from _async/files.py by client/unasync.py; do not edit.
"""Files of a run: the list, their bytes, and uploads. Made by run_files.py."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path

from time import sleep

from runfolio._sync.pages import Pages
from runfolio._sync.transport import Transport
from runfolio._core.errors import BadRequestError
from runfolio._core.file_data import FileData
from runfolio._core.history import variables_of
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import CREATE_RUN_FILES, DELETE_FILES, LIST_FILES
from runfolio._core.page import Page
from runfolio._core.paths import RunPath
from runfolio._core.receiving import PartialFile, Receiving, place_for
from runfolio._core.sending import FileToSend
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

    def delete(self) -> None:
        """Delete it and its bytes. Nothing happens when it is gone already."""
        self._transport.execute(DELETE_FILES, {"input": {"files": [self.id]}})


class Files(Pages[File]):
    """The files of a run, by name."""

    def __init__(
        self,
        transport: Transport,
        path: RunPath,
        *,
        names: Sequence[str] | str | None = None,
        pattern: str | None = None,
        prefix: str | None = None,
        per_page: int = 50,
    ) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._path = path
        chosen = [names] if isinstance(names, str) else names
        self._filter = {"names": chosen, "pattern": pattern, "prefix": prefix}
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


def upload_file(transport: Transport, path: RunPath, source: str | os.PathLike[str], name: str) -> str:
    """Send a file of this machine; the name by which it is listed. Raises BadRequestError for a name that is refused.

    The bytes are announced by their MD5, so that they are stored whole or not at all.
    """
    file = FileToSend(source)
    digest = hashlib.md5(usedforsecurity=False)
    for piece in file:
        digest.update(piece)
        file.size += len(piece)
        # A large file does not stop what else goes on.
        sleep(0)  # noqa: ASYNC115 - the sync client has a twin of this name
    file.md5 = base64.b64encode(digest.digest()).decode()
    asked = {"entityName": path.entity, "projectName": path.project, "runName": path.run, "files": [name]}
    (upload,) = (transport.execute(CREATE_RUN_FILES, {"input": asked})).create_run_files.files
    if upload.upload_url is None or upload.listed_as is None:
        raise BadRequestError(upload.refusal or f"No file may be called {name!r}.", path="name")
    transport.upload(upload.upload_url, file)
    return upload.listed_as
