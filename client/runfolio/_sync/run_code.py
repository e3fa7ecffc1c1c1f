# Made from _async/run_code.py by client/unasync.py; do not edit.
"""The code of a run, brought back. A part of run.py."""

from __future__ import annotations

import os
from pathlib import Path

from runfolio._sync.artifact_files import ArtifactFile
from runfolio._sync.files import File
from runfolio._sync.run_artifacts import RunArtifacts
from runfolio._sync.run_files import RunFiles
from runfolio._core.errors import RestoreError
from runfolio._core.git_command import Git
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


class RunCode(RunFiles, RunArtifacts):
    """What a run does with its code."""

    def restore_code(
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
        saved = self._saved_code()
        patches = {file.name: file for file in self.files(pattern="%.patch").load()}
        patch = patches.get(PATCH)
        if repository is None:
            if not saved and patch is None:
                raise RestoreError(
                    f"The run {self.id!r} has saved neither code nor a patch"
                    + (f"; it ran at commit {self.commit}: give a repository that has it" if self.commit else "")
                )
            files = self._write_code(saved, into, replace=replace)
            kept = None if patch is None else self._write(patch, code_place(into, PATCH), replace=replace)
            return RestoredCode(Path(into), files, kept, None, is_patched=False)
        if self.commit is None or not COMMIT.fullmatch(self.commit):
            raise RestoreError(f"The run {self.id!r} has no commit: {self.commit!r}")
        commit, patch = self._check_out(empty_place(into), self.commit, address_of(repository), patches)
        git = Git(Path(into))
        kept = None
        if patch is not None:
            kept = self._write(patch, Path(into) / ".git" / PATCH, replace=True)
            if patch.size:
                git.run("apply", "--whitespace=nowarn", f".git/{PATCH}")
        # As it was when the run began, which the patch may have only in part.
        files = self._write_code(saved, into, replace=True)
        return RestoredCode(Path(into), files, kept, commit, is_patched=patch is not None and patch.size > 0)

    def _saved_code(self) -> dict[str, File | ArtifactFile]:
        """The saved files by their paths; of one path that of the artifact, which has all of the code."""
        saved: dict[str, File | ArtifactFile] = {
            file.name.removeprefix(CODE_FOLDER): file for file in self.files(prefix=CODE_FOLDER).load()
        }
        logged = self.logged_artifacts(type=CODE_TYPE).load()
        if logged:
            saved.update({file.name: file for file in logged[-1].files().load() if file.ref is None})
        return saved

    def _check_out(
        self, into: Path, wanted: str, repository: str, patches: dict[str, File]
    ) -> tuple[str, File | None]:
        """Clone and check out; the commit, and the patch that belongs to it."""
        git = Git(into)
        git.run("clone", "--quiet", "--no-checkout", "--", repository, ".")
        choices = [(wanted, patches.get(PATCH))]
        for name, file in patches.items():
            if found := UPSTREAM_PATCH.fullmatch(name):
                choices.append((found[1], file))
        for commit, patch in choices:
            if git.succeeds("cat-file", "-e", f"{commit}^{{commit}}"):
                git.run("checkout", "--quiet", "--detach", commit)
                return commit, patch
        raise RestoreError(f"{repository} has not the commit {wanted} of the run {self.id!r}")

    def _write_code(
        self, saved: dict[str, File | ArtifactFile], into: str | os.PathLike[str], *, replace: bool
    ) -> tuple[Path, ...]:
        check_free([code_place(into, name) for name in saved], replace=replace)
        return tuple([self._write(file, code_place(into, name), replace=replace) for name, file in saved.items()])

    def _write(self, file: File | ArtifactFile, place: Path, *, replace: bool) -> Path:
        check_free([place], replace=replace)
        with PartialFile(place) as partial:
            self._transport.download(file.url, Receiving(file.name, file.md5, partial.stream))
            partial.keep()
        return place
