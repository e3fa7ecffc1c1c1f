"""An artifact: its files, its lineage, its names and places. Made by api.py, artifacts.py and run_artifacts.py."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from runfolio._async.artifact_download import check_files, download_files
from runfolio._async.artifact_files import AsyncArtifactFile, AsyncArtifactFiles
from runfolio._async.artifact_media import artifact_medium
from runfolio._async.media_place import AsyncArtifactPlace
from runfolio._async.tables import AsyncMediaValue
from runfolio._async.transport import AsyncTransport
from runfolio._core import json_text
from runfolio._core.artifact_data import ArtifactData
from runfolio._core.artifact_lineage import ArtifactLineage
from runfolio._core.errors import NotFoundError
from runfolio._core.missing import present, present_entity, present_project
from runfolio._core.operations import (
    CHANGE_ARTIFACT,
    DELETE_ARTIFACT_VERSION,
    GET_ARTIFACT,
    GET_ARTIFACT_LINEAGE,
    PLACE_ARTIFACT,
    REMOVE_ARTIFACT,
)
from runfolio._core.paths import ArtifactPath, parse_artifact_path
from runfolio._core.progress import Progress
from runfolio._core.receiving import place_for, top_of
from runfolio._generated import ArtifactFields, GetArtifactProjectArtifactCollection

AT_ONCE = 8
DOWNLOADS = "artifacts"
# A file name of Windows has no colon.
VERSION_MARK = "-" if os.name == "nt" else ":"
Direction = Literal["upstream", "downstream", "both"]


class AsyncArtifact(ArtifactData):
    """One version of a set of files. Its content never changes; its names, labels and texts do."""

    def __init__(self, fields: ArtifactFields, transport: AsyncTransport) -> None:
        super().__init__(fields, transport.base_url)
        self._transport = transport

    def files(self, names: Sequence[str] | str | None = None) -> AsyncArtifactFiles:
        """Its files, by name; with `names` only these."""
        return AsyncArtifactFiles(self._transport, self.id, names=names)

    async def file(self, name: str) -> AsyncArtifactFile:
        """Its file of this name. Raises NotFoundError when there is none."""
        found = await self.files([name]).load()
        return present(found[0] if found else None, f"file {name!r}", f"in artifact {self.path!r}")

    async def media(self, name: str) -> AsyncMediaValue:
        """What was added under a name with the W&B SDK's `artifact.add`: a Table, JoinedTable, Image, Html ….

        A table is its rows and a DataFrame, with the media in its cells as such. Raises NotFoundError when there is
        nothing under the name, ValueError for a file that is no medium.
        """
        return await artifact_medium(AsyncArtifactPlace(self._transport, self.id, self.path), name, repr(self.path))

    async def download(
        self,
        root: str | os.PathLike[str] | None = None,
        *,
        names: Sequence[str] | str | None = None,
        at_once: int = AT_ONCE,
        progress: bool | None = None,
        allow_missing_references: bool = False,
    ) -> Path:
        """Write its files below `root`, and return that; without one, below `artifacts/NAME:vN`.

        So many files come `at_once`. Files that are there already, whole and right, are not fetched again, and one that
        broke off goes on where it was: to call it again after a failure costs what is missing. Each file is checked
        against its MD5 and there whole or not at all; other files in the directory stay. `names`: only these.
        `progress`: show a bar; None: in a terminal or a notebook, where tqdm or rich is installed.
        What references lead to comes too, checked against their digests: files of other artifacts, `http`, `https` and
        `file`, and with the extra `references` `s3` and `gs`. One that cannot be read, or is something else now, ends
        the download; `allow_missing_references` leaves it out, with a warning. Raises DownloadError for bytes that are
        others and for names that would lead out of the directory, before anything is fetched; and ApiError.
        """
        target = self._place(root)
        found = await self.files(names).load()
        with Progress(self.name, sum(file.size for file in found), progress) as shown:
            await download_files(target, found, shown, at_once, may_miss_references=allow_missing_references)
        return target

    async def verify(self, root: str | os.PathLike[str] | None = None) -> None:
        """Compare the files below `root` (see download) with its own, by their MD5.

        Raises DownloadError that tells which are missing, differ, or are no files of it.
        """
        check_files(self._place(root), await self.files().load(), self.path)

    async def lineage(self, hops: int = 3, direction: Direction = "both") -> ArtifactLineage[AsyncArtifact]:
        """What it was made out of (`upstream`), and what out of it (`downstream`), so many runs far, 1 to 10."""
        variables = {"id": self.id, "hops": hops, "direction": direction.upper()}
        answer = await self._transport.execute(GET_ARTIFACT_LINEAGE, variables)
        found = present(answer.artifact, "artifact", f"{self.path!r} any more").lineage
        return ArtifactLineage.of(found, [AsyncArtifact(fields, self._transport) for fields in found.artifacts])

    async def add_alias(self, *aliases: str) -> None:
        """Let these aliases lead to it in its collection; one that another version has moves here."""
        await self._change(addAliases=list(aliases))

    async def remove_alias(self, *aliases: str) -> None:
        """Take these aliases from it. Nothing happens to those that it does not have."""
        await self._change(removeAliases=list(aliases))

    async def add_tag(self, *tags: str) -> None:
        """Give it these labels."""
        await self._change(addTags=list(tags))

    async def remove_tag(self, *tags: str) -> None:
        """Take these labels from it."""
        await self._change(removeTags=list(tags))

    async def describe(self, *, description: str | None = None, metadata: Mapping[str, Any] | None = None) -> None:
        """Change its text, and what is told of it as JSON: all of that; None leaves either as it is."""
        change: dict[str, object] = {}
        if description is not None:
            change["description"] = description
        if metadata is not None:
            change["metadata"] = json_text.dump(dict(metadata), "metadata")
        await self._change(**change)

    async def link(self, target: str, aliases: Sequence[str] | str = ()) -> AsyncArtifact:
        """Link it into a portfolio `entity/project/name`, made if there is none, and return it as it is there.

        Less of the path means this artifact's entity and project. `aliases` lead to it there.
        """
        given = parse_artifact_path(target, entity=self.entity, project=self.project, base_url=self._base_url)
        wanted = {
            "artifactId": self.id,
            "entityName": given.entity,
            "projectName": given.project,
            "portfolio": given.collection,
            "aliases": [aliases] if isinstance(aliases, str) else list(aliases),
        }
        answer = await self._transport.execute(PLACE_ARTIFACT, {"input": wanted})
        return AsyncArtifact(answer.place_artifact.artifact, self._transport)

    async def unlink(self) -> None:
        """Take it out of the portfolio through which it was found; it stays in its sequence.

        Raises BadRequestError when it was found in its sequence itself: delete() is for that.
        """
        place = self._fields.membership
        collection = None if place is None else place.artifact_collection
        wanted = {"artifactId": self.id, "collectionId": "" if collection is None else collection.id}
        await self._transport.execute(REMOVE_ARTIFACT, {"input": wanted})

    async def delete(self, *, with_aliases: bool = False) -> None:
        """Delete this version, in every collection; its number is not given again.

        Raises ConflictError or BadRequestError while aliases lead to it: take them away, or say `with_aliases=True`.
        """
        wanted = {"artifactId": self.id, "withAliases": with_aliases}
        await self._transport.execute(DELETE_ARTIFACT_VERSION, {"input": wanted})

    async def reload(self) -> None:
        """Ask the server again."""
        path = parse_artifact_path(self.path)
        self._fields = await fetch_artifact_fields(self._transport, path)

    async def _change(self, **change: object) -> None:
        place = self._fields.membership
        collection = None if place is None else place.artifact_collection
        wanted = {"artifactId": self.id, **change}
        if collection is not None:
            wanted["collectionId"] = collection.id
        self._fields = (await self._transport.execute(CHANGE_ARTIFACT, {"input": wanted})).change_artifact.artifact

    def _place(self, root: str | os.PathLike[str] | None) -> Path:
        if root is not None:
            return top_of(root)
        return place_for(DOWNLOADS, f"{self.collection}{VERSION_MARK}{self.version}")


async def fetch_artifact_fields(transport: AsyncTransport, path: ArtifactPath) -> ArtifactFields:
    """An artifact as the server has it. Raises NotFoundError that says what is missing, and what is there instead."""
    variables = {"entity": path.entity, "project": path.project, "collection": path.collection, "name": path.name}
    answer = await transport.execute(GET_ARTIFACT, variables)
    if answer.project is None:
        present_entity(answer.entity, str(path.entity), transport.base_url)
    project = present_project(answer.project, str(path.entity), path.project)
    if project.artifact is None:
        where = f"in project '{path.entity}/{path.project}'"
        collection = present(project.artifact_collection, f"artifact {path.collection!r}", where)
        raise NotFoundError(
            f"There is no version {path.alias!r} of artifact {path.collection!r} {where}; {_there(collection)}.",
            code="NOT_FOUND",
        )
    return project.artifact


def _there(collection: GetArtifactProjectArtifactCollection) -> str:
    """What could have been asked for."""
    newest = [edge.version for edge in collection.artifacts.edges]
    if not newest:
        return "it has no versions"
    aliases = [edge.node.alias for edge in collection.aliases.edges]
    return f"its newest version is {newest[0]}, its aliases are: {', '.join(aliases) or 'none'}"
