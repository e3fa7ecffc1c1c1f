"""Files of an artifact: the list, and their bytes. Made by artifact.py."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path

from runfolio._async.pages import AsyncPages
from runfolio._async.references import artifact_id_of, fetch_reference
from runfolio._async.transport import AsyncTransport
from runfolio._core.errors import DownloadError, PermissionDeniedError
from runfolio._core.file_data import FileData
from runfolio._core.missing import present
from runfolio._core.operations import LIST_ARTIFACT_FILES
from runfolio._core.page import Page
from runfolio._core.parallel import AsyncParallel
from runfolio._core.part_file import PartFile, is_there, remove_parts_directory
from runfolio._core.progress import Progress
from runfolio._core.ranged_file import LARGE_BYTES, FileRange, RangedFile
from runfolio._core.receiving import PartialFile, Receiving, place_for, top_of
from runfolio._core.reference import HOPS_MAX, entry_address
from runfolio._generated import FileFields

FILES_PAGE_SIZE = 1000
# Of one large file that is downloaded alone.
RANGES_AT_ONCE = 8


class AsyncArtifactFile(FileData):
    """A file of an artifact. `artifact_id` is the opaque id of that."""

    def __init__(self, fields: FileFields, transport: AsyncTransport, artifact_id: str) -> None:
        super().__init__(fields)
        self._transport = transport
        self._artifact_id = artifact_id

    @property
    def digest(self) -> str | None:
        """What tells its content: its MD5, of a reference what its client took for it, such as an ETag."""
        return self._fields.digest

    @property
    def ref(self) -> str | None:
        """The address of what is stored elsewhere; None: the server has its bytes."""
        return self.url if self.md5 is None else None

    async def read(self) -> bytes:
        """Its bytes, checked against their MD5, or what a reference leads to, against its digest.

        Raises DownloadError when they differ, and for a reference that this client cannot read.
        """
        stream, found = io.BytesIO(), await self._stored()
        if found.md5 is None:
            await fetch_reference(self._transport, self.name, found.url, found.digest, stream)
        else:
            await self._transport.download(found.url, Receiving(self.name, found.md5, stream))
        return stream.getvalue()

    async def download(self, root: str | os.PathLike[str] = ".") -> Path:
        """Write it to `root` under its name, and return that path; what is there already, whole and right, stays.

        It is there whole or not at all, and a download that broke off goes on where it was; a large file comes in
        ranges side by side. What a reference leads to is fetched anew. Raises DownloadError when the bytes are not
        those of the artifact, when the name would lead out of `root`, and for a reference that cannot be read.
        """
        target, top = place_for(root, self.name), top_of(root)
        with Progress(self.name, self.size, wanted=False) as progress:
            await self.fetch(top, target, progress, RANGES_AT_ONCE)
        remove_parts_directory(top)
        return target

    async def fetch(self, root: Path, target: Path, progress: Progress, at_once: int) -> None:
        """Bring the bytes to `target`, which lies below `root`: of a large file so many ranges at once."""
        if self.md5 is None:
            await self._fetch_referenced(root, target, progress, at_once)
            return
        md5 = self.md5
        if is_there(target, self.size, md5):
            progress.advance(self.size)
            return
        if self.size >= LARGE_BYTES:
            await self._fetch_ranges(root, target, progress, at_once)
            return
        try:
            with PartFile(root, target, name=self.name, md5=md5, size=self.size, advance=progress.advance) as part:
                await self._bring(part)
                part.keep()
        except OSError as error:
            raise DownloadError(f"The file {self.name!r} cannot be written to {target}: {error}") from error

    async def _fetch_ranges(self, root: Path, target: Path, progress: Progress, at_once: int) -> None:
        try:
            if await self._bring_ranges(root, target, progress, at_once):
                return
            # What an earlier call has left was not what it should be, and is gone now.
            await self._bring_ranges(root, target, progress, at_once)
        except OSError as error:
            raise DownloadError(f"The file {self.name!r} cannot be written to {target}: {error}") from error

    async def _bring_ranges(self, root: Path, target: Path, progress: Progress, at_once: int) -> bool:
        """Whether the file is in its place; not so where an earlier call has left other bytes."""
        md5 = self.md5 or ""
        whole = RangedFile(root, target, name=self.name, md5=md5, size=self.size, advance=progress.advance)
        await AsyncParallel(at_once, progress.stop).run(self._bring_range, whole.missing)
        try:
            whole.keep()
        except DownloadError:
            if whole.was_begun:
                return False
            raise
        return True

    async def _bring_range(self, part: FileRange) -> None:
        try:
            try:
                await self._transport.download(self.url, part, part.end)
            except PermissionDeniedError:
                await self._renew()
                await self._transport.download(self.url, part, part.end)
        finally:
            part.close()

    async def _renew(self) -> None:
        """Ask for another address: one is good for a day."""
        fresh = await AsyncArtifactFiles(self._transport, self._artifact_id, names=[self.name]).load()
        self._fields = present(fresh[0] if fresh else None, f"file {self.name!r}", "in the artifact")._fields

    async def _bring(self, part: PartFile) -> None:
        if part.is_complete and part.was_begun:
            part.check()
            return
        try:
            await self._transport.download(self.url, part)
        except PermissionDeniedError:
            await self._renew()
            await self._transport.download(self.url, part)
        except DownloadError:
            if not part.was_begun:
                raise
            # What an earlier call has left was not what it should be, and is gone now.
            await self._transport.download(self.url, part)

    async def _fetch_referenced(self, root: Path, target: Path, progress: Progress, at_once: int) -> None:
        found = await self._stored()
        if found.md5 is not None:
            await found.fetch(root, target, progress, at_once)
            return
        try:
            with PartialFile(target) as partial:
                size = await fetch_reference(self._transport, self.name, found.url, found.digest, partial.stream)
                partial.keep()
        except OSError as error:
            raise DownloadError(f"The file {self.name!r} cannot be written to {target}: {error}") from error
        progress.advance(size)

    async def _stored(self) -> AsyncArtifactFile:
        """The file itself, or the one of another artifact that it refers to, over all hops."""
        found = self
        for _ in range(HOPS_MAX):
            address = None if found.ref is None else entry_address(found.ref)
            if address is None:
                return found
            artifact_id = await artifact_id_of(self._transport, address)
            files = await AsyncArtifactFiles(self._transport, artifact_id, names=[address.name]).load()
            found = present(files[0] if files else None, f"file {address.name!r}", f"where {found.name!r} refers to")
        raise DownloadError(f"The file {self.name!r} refers to others over more than {HOPS_MAX} hops.")


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
