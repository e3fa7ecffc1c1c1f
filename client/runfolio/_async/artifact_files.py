"""Files of an artifact: the list, and their bytes. Made by artifact.py."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path

from runfolio._async.pages import AsyncPages
from runfolio._async.transport import AsyncTransport
from runfolio._core.errors import DownloadError, PermissionDeniedError
from runfolio._core.file_data import FileData
from runfolio._core.missing import present
from runfolio._core.operations import LIST_ARTIFACT_FILES
from runfolio._core.page import Page
from runfolio._core.part_file import PartFile, is_there, remove_parts_directory
from runfolio._core.progress import Progress
from runfolio._core.receiving import Receiving, place_for, top_of
from runfolio._generated import FileFields

FILES_PAGE_SIZE = 1000


class AsyncArtifactFile(FileData):
    """A file of an artifact. `artifact_id` is the opaque id of that."""

    def __init__(self, fields: FileFields, transport: AsyncTransport, artifact_id: str) -> None:
        super().__init__(fields)
        self._transport = transport
        self._artifact_id = artifact_id

    @property
    def ref(self) -> str | None:
        """The address of what is stored elsewhere; None: the server has its bytes."""
        return self.url if self.md5 is None else None

    async def read(self) -> bytes:
        """Its bytes, checked against their MD5. Raises DownloadError when they differ, and for a reference."""
        stream = io.BytesIO()
        await self._transport.download(self.url, Receiving(self.name, self._stored_md5(), stream))
        return stream.getvalue()

    async def download(self, root: str | os.PathLike[str] = ".") -> Path:
        """Write it to `root` under its name, and return that path; what is there already, whole and right, stays.

        It is there whole or not at all, and a download that broke off goes on where it was. Raises DownloadError when
        the bytes are not those of the artifact, when the name would lead out of `root`, and for a reference.
        """
        target, top = place_for(root, self.name), top_of(root)
        with Progress(self.name, self.size, wanted=False) as progress:
            await self.fetch(top, target, progress)
        remove_parts_directory(top)
        return target

    async def fetch(self, root: Path, target: Path, progress: Progress) -> None:
        """Bring the bytes to `target`, which lies below `root`; see download."""
        md5 = self._stored_md5()
        if is_there(target, self.size, md5):
            progress.advance(self.size)
            return
        try:
            with PartFile(root, target, name=self.name, md5=md5, size=self.size, advance=progress.advance) as part:
                await self._bring(part)
                part.keep()
        except OSError as error:
            raise DownloadError(f"The file {self.name!r} cannot be written to {target}: {error}") from error

    async def _bring(self, part: PartFile) -> None:
        if part.is_complete and part.was_begun:
            part.check()
            return
        try:
            await self._transport.download(self.url, part)
        except PermissionDeniedError:
            # The address has expired: it is good for a day.
            fresh = await AsyncArtifactFiles(self._transport, self._artifact_id, names=[self.name]).load()
            self._fields = present(fresh[0] if fresh else None, f"file {self.name!r}", "in the artifact")._fields
            await self._transport.download(self.url, part)
        except DownloadError:
            if not part.was_begun:
                raise
            # What an earlier call has left was not what it should be, and is gone now.
            await self._transport.download(self.url, part)

    def _stored_md5(self) -> str:
        if self.md5 is None:
            raise DownloadError(
                f"The file {self.name!r} is a reference: its bytes are not stored here but at {self.url!r}, which is "
                "its `ref`; fetch them from there."
            )
        return self.md5


class AsyncArtifactFiles(AsyncPages[AsyncArtifactFile]):
    """The files of an artifact, by name."""

    def __init__(
        self,
        transport: AsyncTransport,
        artifact_id: str,
        *,
        names: Sequence[str] | str | None = None,
        per_page: int = FILES_PAGE_SIZE,
    ) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._artifact_id = artifact_id
        self._names = [names] if isinstance(names, str) else names
        # An empty list of names means all of them to the server, and none to whoever asks.
        self._has_next = names is None or len(names) > 0

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[AsyncArtifactFile]:
        variables = {"id": self._artifact_id, "names": self._names, "first": first, "after": after}
        answer = await self._transport.execute(LIST_ARTIFACT_FILES, {**variables, "withTotal": with_total})
        artifact = present(answer.artifact, "artifact of this id", "any more")
        found = present(artifact.files, "list of files", "of this artifact")
        files = [AsyncArtifactFile(edge.node, self._transport, self._artifact_id) for edge in found.edges]
        return Page(files, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)
