# Made from _async/media_place.py by client/unasync.py; do not edit.
"""Where the files of media are: with a run, or in an artifact. Used by media.py and tables.py."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from runfolio._sync.artifact_files import ArtifactFile, ArtifactFiles
from runfolio._sync.files import File, Files
from runfolio._sync.references import artifact_id_of
from runfolio._sync.transport import Transport
from runfolio._core.errors import NotFoundError
from runfolio._core.missing import present
from runfolio._core.part_file import is_there
from runfolio._core.paths import RunPath
from runfolio._core.receiving import place_for
from runfolio._core.reference import ArtifactEntryAddress


class MediaPlace(Protocol):
    """Finds files by their names."""

    def file(self, name: str) -> File | ArtifactFile:
        """The file of this name. Raises NotFoundError when it is not there, or not yet."""

    def names(self) -> list[str]:
        """The names of all its files, in order."""

    def download(self, name: str, root: str | os.PathLike[str], *, replace: bool, exist_ok: bool) -> Path:
        """Write the file to `root` under its name, as File.download does."""


class RunPlace:
    """The files of a run."""

    def __init__(self, transport: Transport, path: RunPath) -> None:
        self._transport = transport
        self._path = path

    def file(self, name: str) -> File:
        """The file of this name. Raises NotFoundError when it has not been uploaded, or is gone."""
        files = Files(self._transport, self._path, names=[name]).load()
        where = f"in run '{self._path.entity}/{self._path.project}/{self._path.run}'"
        return present(files[0] if files else None, f"file {name!r}", where)

    def names(self) -> list[str]:
        """The names of all its files."""
        return [file.name for file in Files(self._transport, self._path, per_page=1000).load()]

    def download(self, name: str, root: str | os.PathLike[str], *, replace: bool, exist_ok: bool) -> Path:
        """Write the file to `root` under its name."""
        return (self.file(name)).download(root, replace=replace, exist_ok=exist_ok)


class ArtifactPlace:
    """The files of an artifact, by its opaque id; `label` is what errors call it."""

    def __init__(self, transport: Transport, artifact_id: str, label: str) -> None:
        self._transport = transport
        self._artifact_id = artifact_id
        self._label = label
        self._names: list[str] | None = None

    def file(self, name: str) -> ArtifactFile:
        """The file of this name. Raises NotFoundError when there is none."""
        files = ArtifactFiles(self._transport, self._artifact_id, names=[name]).load()
        return present(files[0] if files else None, f"file {name!r}", f"in artifact {self._label}")

    def names(self) -> list[str]:
        """The names of all its files, asked for once: the content of an artifact never changes."""
        if self._names is None:
            self._names = [file.name for file in ArtifactFiles(self._transport, self._artifact_id).load()]
        return self._names

    def download(self, name: str, root: str | os.PathLike[str], *, replace: bool, exist_ok: bool) -> Path:
        """Write the file to `root` under its name; what is there and right stays in any case."""
        file, target = self.file(name), place_for(root, name)
        if target.exists() and not replace:
            if exist_ok or (file.md5 is not None and is_there(target, file.size, file.md5)):
                return target
            raise FileExistsError(f"{target} exists; give replace=True to overwrite it or exist_ok=True to keep it")
        return file.download(root)


class LoggedPlace:
    """Where a run's media are that it has also logged in an artifact: there, or with the run when that is not there.

    The artifact has what the run's own file has not: the media in the cells of a table, and all of its rows.
    """

    def __init__(
        self, transport: Transport, address: ArtifactEntryAddress, path: str | None, run: RunPlace
    ) -> None:
        self._transport = transport
        self._address = address
        self._path = path
        self._run = run
        self._found: ArtifactPlace | None = None

    def file(self, name: str) -> File | ArtifactFile:
        """The file of this name in the artifact; of the medium itself that of the run, where there is no artifact."""
        try:
            return (self._artifact()).file(name)
        except NotFoundError:
            if name != self._address.name or self._path is None:
                raise
            return self._run.file(self._path)

    def names(self) -> list[str]:
        """The names of all files of the artifact."""
        return (self._artifact()).names()

    def download(self, name: str, root: str | os.PathLike[str], *, replace: bool, exist_ok: bool) -> Path:
        """Write the file to `root` under its name."""
        try:
            return (self._artifact()).download(name, root, replace=replace, exist_ok=exist_ok)
        except NotFoundError:
            if name != self._address.name or self._path is None:
                raise
            return self._run.download(self._path, root, replace=replace, exist_ok=exist_ok)

    def _artifact(self) -> ArtifactPlace:
        if self._found is None:
            artifact_id = artifact_id_of(self._transport, self._address)
            self._found = ArtifactPlace(self._transport, artifact_id, repr(artifact_id))
        return self._found
