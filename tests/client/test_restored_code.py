"""The code of a run comes back: saved files, the patch, and a checkout of the caller's repository."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

import runfolio
from runfolio import Api, AsyncApi
from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import Owner, OwnerKind
from runfolio_server.objects.open_store import open_store
from runfolio_server.sql.pool import open_database
from tests.artifact_rows import ArtifactRows
from tests.bucket import place_of_objects
from tests.client.builders import Logger
from tests.client.full_run import api, logger
from tests.client.git_repository import git, make_repository
from tests.live_server import LiveServer

__all__ = ["api", "logger"]

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")

CODE = {"code/train.py": b"rate = 0.2\n", "code/sub/b.py": b"b = 1\n"}


def _run(logger: Logger, name: str, files: dict[str, bytes], commit: str | None = None) -> str:
    path = logger.run(name, **({} if commit is None else {"commit": commit}))  # type: ignore[arg-type]
    for file, data in files.items():
        logger.file(name, file, data)
    return path


def _changed(repository: Path) -> bytes:
    """A change of train.py that nobody has committed, as a patch."""
    (repository / "train.py").write_text("rate = 0.3\n")
    patch = git(repository, "diff", "HEAD").encode() + b"\n"
    git(repository, "checkout", "--quiet", "train.py")
    return patch


def test_saved_files_and_the_patch_are_written(api: Api, logger: Logger, tmp_path: Path) -> None:
    run = api.run(_run(logger, "saved", {**CODE, "diff.patch": b"changes", "other.py": b"no"}))
    into = tmp_path / "into"

    code = run.restore_code(into)

    found = {path.relative_to(into).as_posix() for path in into.rglob("*") if path.is_file()}
    assert {"train.py", "sub/b.py", "diff.patch"} == found
    assert {"train.py", "sub/b.py"} == {path.relative_to(into).as_posix() for path in code.files}
    assert (b"changes", None, False) == (code.patch and code.patch.read_bytes(), code.commit, code.is_patched)


def test_what_is_there_is_replaced_only_when_told_and_nothing_is_written_before(
    api: Api, logger: Logger, tmp_path: Path
) -> None:
    run = api.run(_run(logger, "taken", CODE))
    (tmp_path / "train.py").write_text("mine")

    with pytest.raises(FileExistsError, match="replace=True"):
        run.restore_code(tmp_path)
    before = [path.name for path in tmp_path.iterdir()]
    run.restore_code(tmp_path, replace=True)

    assert ["train.py"] == before
    assert b"rate = 0.2\n" == (tmp_path / "train.py").read_bytes()


@pytest.mark.parametrize("name", ["code/.git/hooks/post-checkout", "code/a/.GIT/config", "code/.git./config"])
def test_files_of_git_itself_are_not_restored(api: Api, logger: Logger, tmp_path: Path, name: str) -> None:
    run = api.run(_run(logger, f"hostile{abs(hash(name))}", {"code/a.py": b"", name: b"echo"}))

    with pytest.raises(runfolio.DownloadError, match="git's own files"):
        run.restore_code(tmp_path / "into")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["code/../../out.py", "code//etc/passwd", "code/./a.py", "code/"])
def test_a_name_that_leads_out_is_refused_whatever_the_server_says(
    api: Api, logger: Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    run = api.run(_run(logger, "leads-out", {"code/a.py": b"x"}))
    monkeypatch.setattr(runfolio.File, "name", name)

    with pytest.raises(runfolio.DownloadError, match="is not a relative path"):
        run.restore_code(tmp_path / "into")
    assert [] == list(tmp_path.iterdir())


def test_a_link_that_leads_out_is_not_followed(api: Api, logger: Logger, tmp_path: Path) -> None:
    run = api.run(_run(logger, "linked", {"code/sub/b.py": b"x", "code/a.py": b"x"}))
    into, outside = tmp_path / "into", tmp_path / "outside"
    into.mkdir()
    outside.mkdir()
    (into / "sub").symlink_to(outside)
    (into / "a.py").symlink_to(outside / "a.py")

    with pytest.raises(runfolio.DownloadError, match="leads out"):
        run.restore_code(into, replace=True)
    assert [] == list(outside.iterdir())


async def _log_artifact(server: LiveServer, logger: Logger, run: str, number: int, kind: str, **files: bytes) -> None:
    """An artifact of a run, as rows and as bytes in the store."""
    project_id = int(logger.graphql('{ project(name: "demo") { internalId } }')["project"]["internalId"])
    store = open_store(place_of_objects(server.data_dir) or server.data_dir / "objects")
    database = await open_database(server.database_url, size=2, wait_s=10, statement_timeout_s=30)
    rows = ArtifactRows(database, project_id)
    await rows.collection(number, f"source-{number}", kind)
    await rows.version(number, number, 0, ["latest"], logged_by=run)
    for name, data in files.items():
        key = str(ObjectKey.fresh(Owner(OwnerKind.ENTITY, UUID(int=1))))
        stored = await store.put(key, _pieces(data), len(data))
        async with database.connection() as connection:
            await connection.script(
                "WITH o AS (INSERT INTO entity_object (entity_id, digest, object_key, size, birth_artifact_id) "
                f"SELECT entity_id, '{stored.md5_base64}', '{key}', {stored.size}, {number} FROM projects "
                f"WHERE project_id = {project_id} RETURNING object_id) "
                "INSERT INTO artifact_entry (artifact_id, path, digest, size, object_id) "
                f"SELECT {number}, '{name}', '{stored.md5_base64}', {stored.size}, object_id FROM o"
            )
    await database.close()


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data


def test_code_that_was_logged_as_an_artifact_is_written_the_newest_of_it(
    api: Api, live_server: LiveServer, logger: Logger, tmp_path: Path
) -> None:
    path = _run(logger, "artifact", CODE)
    old, newest = {"train.py": b"older", "gone.py": b"gone"}, {"train.py": b"newest", "c.py": b"of c"}
    for number, kind, files in ((71, "code", old), (72, "code", newest), (73, "model", {"weights.bin": b"w"})):
        asyncio.run(_log_artifact(live_server, logger, "artifact", number, kind, **files))
    into = tmp_path / "into"

    api.run(path).restore_code(into)

    found = {path.relative_to(into).as_posix(): path.read_bytes() for path in into.rglob("*") if path.is_file()}
    assert {**newest, "sub/b.py": CODE["code/sub/b.py"]} == found


def test_the_commit_is_checked_out_patched_and_overlaid_by_what_was_saved(
    api: Api, logger: Logger, tmp_path: Path
) -> None:
    commit = make_repository(tmp_path / "repository")
    patch = _changed(tmp_path / "repository")
    run = api.run(_run(logger, "checked-out", {"diff.patch": patch, "code/new.py": b"new"}, commit))

    code = run.restore_code(tmp_path / "into", repository=tmp_path / "repository")

    assert (commit, True) == (code.commit, code.is_patched)
    assert "rate = 0.3\n" == (code.into / "train.py").read_text()
    assert ("a = 1\n", "new") == ((code.into / "lib" / "a.py").read_text(), (code.into / "new.py").read_text())
    assert ["M train.py", "?? new.py"] == git(code.into, "status", "--porcelain").splitlines()
    with pytest.raises(FileExistsError, match="not empty"):
        run.restore_code(tmp_path / "into", repository=tmp_path / "repository")


def test_where_nobody_else_has_the_commit_the_last_one_that_others_have_is_patched(
    api: Api, logger: Logger, tmp_path: Path
) -> None:
    commit = make_repository(tmp_path / "repository")
    patch = _changed(tmp_path / "repository")
    files = {f"upstream_diff_{commit}.patch": patch, "diff.patch": b"of a commit that nobody has"}
    run = api.run(_run(logger, "upstream", files, "f" * 40))

    code = run.restore_code(tmp_path / "into", repository=tmp_path / "repository")

    assert (commit, True) == (code.commit, code.is_patched)
    assert "rate = 0.3\n" == (code.into / "train.py").read_text()


@pytest.mark.parametrize(
    ("name", "commit", "message"),
    [
        ("no-such-commit", "f" * 40, "has not the commit"),
        ("no-commit", None, "has no commit"),
        ("an-option", "--upload-pack=touch", "has no commit"),
    ],
)
def test_a_commit_that_cannot_be_checked_out_is_told(
    api: Api, logger: Logger, tmp_path: Path, name: str, commit: str | None, message: str
) -> None:
    make_repository(tmp_path / "repository")
    run = api.run(_run(logger, name, {}, commit))

    with pytest.raises(runfolio.RestoreError, match=message):
        run.restore_code(tmp_path / "into", repository=tmp_path / "repository")
    with pytest.raises(runfolio.RestoreError, match="neither code nor a patch"):
        run.restore_code(tmp_path / "other")


def test_a_repository_that_is_none_and_a_patch_that_leads_out_are_told(
    api: Api, logger: Logger, tmp_path: Path
) -> None:
    commit = make_repository(tmp_path / "repository")
    patch = b"--- /dev/null\n+++ b/../out.py\n@@ -0,0 +1 @@\n+x\n"
    run = api.run(_run(logger, "bad-patch", {"diff.patch": patch}, commit))

    with pytest.raises(runfolio.RestoreError, match="git clone failed"):
        run.restore_code(tmp_path / "a", repository=tmp_path / "nothing")
    with pytest.raises(runfolio.RestoreError, match="git apply failed"):
        run.restore_code(tmp_path / "b", repository=tmp_path / "repository")
    assert not (tmp_path / "out.py").exists()


async def test_the_async_client_restores_too(live_server: LiveServer, logger: Logger, tmp_path: Path) -> None:
    commit = make_repository(tmp_path / "repository")
    path = _run(logger, "async-code", CODE, commit)
    async with AsyncApi(live_server.base_url, live_server.api_key) as api:
        run = await api.run(path)

        code = await run.restore_code(tmp_path / "into", repository=tmp_path / "repository")

    assert (commit, False) == (code.commit, code.is_patched)
    assert "rate = 0.2\n" == (tmp_path / "into" / "train.py").read_text()
