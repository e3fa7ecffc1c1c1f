"""The code of a run, brought back. A part of run.py."""

from __future__ import annotations

import os
from pathlib import Path

from runfolio._async.artifact_files import AsyncArtifactFile
from runfolio._async.files import AsyncFile
from runfolio._async.run_artifacts import AsyncRunArtifacts
from runfolio._async.run_files import AsyncRunFiles
from runfolio._core.errors import RestoreError
from runfolio._core.git_command import AsyncGit
from runfolio._core.receiving import PartialFile, Receiving, empty_place
from runfolio._core.restored_code import (
    CODE_FOLDER,
    CODE_TYPE,
    COMMIT,
    PATCH,
    UPSTREAM_PATCH,
    RestoredCode,
    address_of,
    check_free,
    code_place,
)


class AsyncRunCode(AsyncRunFiles, AsyncRunArtifacts):
    """What a run does with its code."""

    async def restore_code(
        self,
        into: str | os.PathLike[str],
        *,
        repository: str | os.PathLike[str] | None = None,
        replace: bool = False,
    ) -> RestoredCode:
        """Bring the code of the run into a directory, and tell what came: the files that were saved, and `diff.patch`.

        Saved are its files below `code/`, and the newest artifact of the type `code` that it has logged.

        With `repository`, a path or an address that you trust, it is cloned into the directory, which must be empty
        then; the commit of the run is checked out, or the last one that others have, and the patch is applied.
        Nothing is written outside the directory. Raises FileExistsError for what is there already, unless `replace`;
        DownloadError for a name that leads out; RestoreError when git fails, and when there is no code to restore.
        """
        saved = await self._saved_code()
        patches = {file.name: file for file in await self.files(pattern="%.patch").load()}
        patch = patches.get(PATCH)
        if repository is None:
            if not saved and patch is None:
                raise RestoreError(
                    f"The run {self.id!r} has saved neither code nor a patch"
                    + (f"; it ran at commit {self.commit}: give a repository that has it" if self.commit else "")
                )
            files = await self._write_code(saved, into, replace=replace)
            kept = None if patch is None else await self._write(patch, code_place(into, PATCH), replace=replace)
            return RestoredCode(Path(into), files, kept, None, is_patched=False)
        if self.commit is None or not COMMIT.fullmatch(self.commit):
            raise RestoreError(f"The run {self.id!r} has no commit: {self.commit!r}")
        commit, patch = await self._check_out(empty_place(into), self.commit, address_of(repository), patches)
        git = AsyncGit(Path(into))
        kept = None
        if patch is not None:
            kept = await self._write(patch, Path(into) / ".git" / PATCH, replace=True)
            if patch.size:
                await git.run("apply", "--whitespace=nowarn", f".git/{PATCH}")
        # As it was when the run began, which the patch may have only in part.
        files = await self._write_code(saved, into, replace=True)
        return RestoredCode(Path(into), files, kept, commit, is_patched=patch is not None and patch.size > 0)

    async def _saved_code(self) -> dict[str, AsyncFile | AsyncArtifactFile]:
        """The saved files by their paths; of one path that of the artifact, which has all of the code."""
        saved: dict[str, AsyncFile | AsyncArtifactFile] = {
            file.name.removeprefix(CODE_FOLDER): file for file in await self.files(prefix=CODE_FOLDER).load()
        }
        logged = await self.logged_artifacts(type=CODE_TYPE).load()
        if logged:
            saved.update({file.name: file for file in await logged[-1].files().load() if file.ref is None})
        return saved

    async def _check_out(
        self, into: Path, wanted: str, repository: str, patches: dict[str, AsyncFile]
    ) -> tuple[str, AsyncFile | None]:
        """Clone and check out; the commit, and the patch that belongs to it."""
        git = AsyncGit(into)
        await git.run("clone", "--quiet", "--no-checkout", "--", repository, ".")
        choices = [(wanted, patches.get(PATCH))]
        for name, file in patches.items():
            if found := UPSTREAM_PATCH.fullmatch(name):
                choices.append((found[1], file))
        for commit, patch in choices:
            if await git.succeeds("cat-file", "-e", f"{commit}^{{commit}}"):
                await git.run("checkout", "--quiet", "--detach", commit)
                return commit, patch
        raise RestoreError(f"{repository} has not the commit {wanted} of the run {self.id!r}")

    async def _write_code(
        self, saved: dict[str, AsyncFile | AsyncArtifactFile], into: str | os.PathLike[str], *, replace: bool
    ) -> tuple[Path, ...]:
        check_free([code_place(into, name) for name in saved], replace=replace)
        return tuple([await self._write(file, code_place(into, name), replace=replace) for name, file in saved.items()])

    async def _write(self, file: AsyncFile | AsyncArtifactFile, place: Path, *, replace: bool) -> Path:
        check_free([place], replace=replace)
        with PartialFile(place) as partial:
            await self._transport.download(file.url, Receiving(file.name, file.md5, partial.stream))
            partial.keep()
        return place
