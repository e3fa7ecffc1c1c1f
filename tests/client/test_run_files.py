"""Files of a run, listed and downloaded by the sync client from a real server."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

import runfolio
from runfolio import Api, AsyncApi
from tests.client.builders import Logger
from tests.client.full_run import api, logger
from tests.live_server import LiveServer

__all__ = ["api", "logger"]

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


def test_metadata_is_the_file_of_the_sdk(api: Api, logger: Logger) -> None:
    logger.run("bare")

    assert {"host": "box", "gpu": None} == api.run("ada/demo/full").metadata
    assert api.run("ada/demo/bare").metadata is None


def test_files_are_listed_counted_and_chosen(api: Api) -> None:
    run = api.run("ada/demo/full")
    files = run.files(per_page=1)

    assert 2 == len(files)
    assert ["media/images/a.txt", "wandb-metadata.json"] == [file.name for file in files]
    assert ["media/images/a.txt"] == [file.name for file in run.files(pattern="media/%")]
    assert 0 == len(run.files(names=[]))
    assert [] == list(run.files(names=["nothing"]))


def test_a_file_is_read_and_downloaded_whole(api: Api, tmp_path: Path) -> None:
    file = api.run("ada/demo/full").file("media/images/a.txt")

    path = file.download(tmp_path)

    assert tmp_path / "media/images/a.txt" == path
    assert b"some bytes" == path.read_bytes() == file.read()
    assert 10 == file.size


def test_a_download_asks_before_it_overwrites(api: Api, tmp_path: Path) -> None:
    file = api.run("ada/demo/full").file("media/images/a.txt")
    path = file.download(tmp_path)
    path.write_bytes(b"mine")

    with pytest.raises(FileExistsError, match="replace=True"):
        file.download(tmp_path)
    assert b"mine" == file.download(tmp_path, exist_ok=True).read_bytes()
    assert b"some bytes" == file.download(tmp_path, replace=True).read_bytes()


def test_other_bytes_than_listed_are_not_kept(api: Api, logger: Logger, tmp_path: Path) -> None:
    logger.run("replaced")
    logger.file("replaced", "model.bin", b"before")
    file = api.run("ada/demo/replaced").file("model.bin")
    file._fields.md_5 = base64.b64encode(b"0" * 16).decode()

    with pytest.raises(runfolio.DownloadError, match="list it again"):
        file.download(tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_a_missing_file_is_named(api: Api) -> None:
    with pytest.raises(runfolio.NotFoundError, match="There is no file 'nothing' in run 'ada/demo/full'"):
        api.run("ada/demo/full").file("nothing")


def test_a_file_is_sent_overwritten_and_deleted(api: Api, logger: Logger, tmp_path: Path) -> None:
    logger.run("sends")
    run = api.run("ada/demo/sends")
    source = tmp_path / "out" / "sub" / "a.bin"
    source.parent.mkdir(parents=True)
    source.write_bytes(b"x" * 3_000_000)

    sent = run.upload_file(source, tmp_path / "out")
    source.write_bytes(b"")
    again = run.upload_file(source, name="sub/a.bin")

    assert ("sub/a.bin", 3_000_000) == (sent.name, sent.size)
    assert (sent.id, 0, b"") == (again.id, again.size, again.read())
    assert ["sub/a.bin"] == [file.name for file in run.files(prefix="sub/")]
    for _ in range(2):
        again.delete()
    assert 0 == len(run.files())


def test_a_name_that_is_refused_is_told_and_nothing_is_sent(api: Api, logger: Logger, tmp_path: Path) -> None:
    logger.run("refuses")
    run = api.run("ada/demo/refuses")
    (tmp_path / "a").write_text("x")

    with pytest.raises(runfolio.BadRequestError, match="is not a relative path with forward slashes"):
        run.upload_file(tmp_path / "a", tmp_path / "b")
    with pytest.raises(FileNotFoundError):
        run.upload_file(tmp_path / "nothing")
    assert 0 == len(run.files())


async def test_the_async_client_sends_a_file_too(live_server: LiveServer, logger: Logger, tmp_path: Path) -> None:
    logger.run("async")
    (tmp_path / "a\tb.txt").write_text("x")
    async with AsyncApi(live_server.base_url, live_server.api_key) as api:
        run = await api.run("ada/demo/async")

        file = await run.upload_file(tmp_path / "a\tb.txt", tmp_path)

        assert ("a%09b-", b"x") == (file.name[:6], await file.read())
        await file.delete()
        assert 0 == await run.files().total()
