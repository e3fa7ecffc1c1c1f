"""A full disk: what cannot be stored is told to come back, reading goes on, and the log says so once a minute."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from runfolio_server.app import create_app
from runfolio_server.errors import NoRoom
from runfolio_server.seldom import EVERY_S, Seldom
from runfolio_server.sql.named import NoRow, Query
from runfolio_server.worker.compaction import compact_once
from tests.bucket import in_a_directory
from tests.service import BASE_URL, Answer, Service

pytestmark = pytest.mark.anyio

DISK_BYTES = 2 * 1024 * 1024
BALLAST = "ballast"
PARQUET = "/export/ada/p/files/history.parquet"
LARGE_LINE = 10_000
"""So long that a file of a few lines is written while it is made, and not at its end."""
# What PostgreSQL refuses, by the class of SQLSTATEs for it, and as a database that takes no changes.
REFUSALS = {"53000": 10, "53100": 10, "53200": 1, "53300": 1, "53400": 10, "25006": 10}
REFUSE = """
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'no room for this' USING ERRCODE = TG_ARGV[0]; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON history_tail FOR EACH STATEMENT EXECUTE FUNCTION refuse('%s');
"""

HISTORY_FILES = (
    '{ project(name: "p") { run(name: "files") { parquetHistory(liveKeys: []) { parquetUrls liveData } } } }'
)


def files_and_rows(answer: Answer) -> tuple[int, int]:
    """How many files of history an answer names, and how many lines say where other rows begin."""
    found = answer.data["project"]["run"]["parquetHistory"]
    return len(found["parquetUrls"]), len(found["liveData"])


@contextmanager
def small_disk() -> Iterator[Path]:
    """A file system of DISK_BYTES that everybody may use; the test is skipped where none can be made."""
    directory = Path(tempfile.mkdtemp(prefix="runfolio-disk-"))
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0777", "tmpfs", str(directory)],
        capture_output=True,
        check=False,
    )
    try:
        if not mounted or mounted.returncode:
            pytest.skip("only root can make a small disk, and not everywhere")
        try:
            yield directory
        finally:
            subprocess.run(["umount", "--lazy", str(directory)], check=True)
    finally:
        directory.rmdir()


def fill(disk: Path) -> None:
    """Leave no byte free."""
    with (disk / BALLAST).open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(os.urandom(4096))
    assert not shutil.disk_usage(disk).free


def space_on(disk: Path, data_directory: str) -> Path:
    """A directory on the disk that the PostgreSQL of this data directory may use; skips one on another machine."""
    if not Path(data_directory).is_dir():
        pytest.skip("the PostgreSQL of these tests is on another machine")
    owner = Path(data_directory).stat()
    space = disk / "space"
    space.mkdir()
    os.chown(space, owner.st_uid, owner.st_gid)
    return space


def lines(first: int, count: int, size: int = 100) -> list[str]:
    return [f'{{"_step":{step},"text":"{os.urandom(size // 2).hex()}"}}' for step in range(first, first + count)]


async def wait_told(response: httpx.Response, retry_after_s: int = NoRoom.retry_after_s) -> None:
    """503 and when to come back, without a word of where the disk is."""
    body = response.json()
    assert (503, "UNAVAILABLE") == (response.status_code, body["errors"][0]["extensions"]["code"])
    assert str(retry_after_s) == response.headers["Retry-After"]
    assert not any(word in response.text for word in ("/tmp", "extend", "os error", "base/"))


@pytest.fixture
async def full(service: Service, request: pytest.FixtureRequest) -> AsyncIterator[Path]:
    """Rows that are logged go to a disk that is full; what was logged before is on it."""
    await service.start_run("r")
    await service.log("ada/p/r", 0, lines(0, 10))
    with small_disk() as disk:
        async with service.database.connection() as connection:
            space = space_on(disk, await connection._raw.fetchval("SHOW data_directory"))
            await connection.script(f"CREATE TABLESPACE small LOCATION '{space}'")
            await connection.script("ALTER TABLE history_tail SET TABLESPACE small")
        fill(disk)
        yield disk
        (disk / BALLAST).unlink(missing_ok=True)
        async with service.database.connection() as connection:
            await connection.script("ALTER TABLE history_tail SET TABLESPACE pg_default")
            await connection.script("DROP TABLESPACE small")


async def test_batches_for_a_full_disk_are_told_to_come_back_and_reading_goes_on(
    full: Path, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    batch = {"files": {"wandb-history.jsonl": {"offset": 10, "content": lines(10, 400, 2000)}}}
    headers = service.headers("ada")
    service.app.state.remembered_access.clear_all()

    refused = [await service.http.post("/files/ada/p/r/file_stream", json=batch, headers=headers) for _ in range(5)]
    rows = await service.rows("p", "r")
    listed = await service.graphql('{ project(name: "p") { runs(order: "-config.lr") { edges { node { name } } } } }')
    exported = await service.http.get("/export/ada/p/history.arrow", headers=headers)
    ready = await service.http.get("/readyz")
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    (full / BALLAST).unlink()
    stored = await service.http.post("/files/ada/p/r/file_stream", json=batch, headers=headers)

    for response in refused:
        await wait_told(response)
    assert "The disk of the database is full" in refused[0].text
    assert 10 == len(rows)
    assert ["r"] == [edge["node"]["name"] for edge in listed.data["project"]["runs"]["edges"]]
    assert (200, 200) == (exported.status_code, ready.status_code)
    assert 1 == len(told)
    assert "No space left on device" in told[0].getMessage()
    assert told[0].exc_info is None
    assert 200 == stored.status_code
    assert 410 == len(await service.rows("p", "r"))


@pytest.mark.parametrize(("code", "retry_after_s"), REFUSALS.items())
async def test_whatever_postgresql_lacks_is_503_and_the_batch_is_stored_when_it_comes_again(
    code: str, retry_after_s: int, service: Service
) -> None:
    name = f"r{code}"
    await service.start_run(name)
    body = {"files": {"wandb-history.jsonl": {"offset": 0, "content": ['{"_step":0}']}}}
    path, headers = f"/files/ada/p/{name}/file_stream", service.headers("ada")

    async with service.database.connection() as connection:
        await connection.script(REFUSE % code)
    refused = await service.http.post(path, json=body, headers=headers)
    async with service.database.connection() as connection:
        await connection.script("DROP TRIGGER refuse ON history_tail")
    stored = await service.http.post(path, json=body, headers=headers)

    await wait_told(refused, retry_after_s)
    assert 200 == stored.status_code
    assert ['{"_step":0}'] == await service.rows("p", name)


async def test_a_sign_in_needs_no_room(service: Service) -> None:
    async with service.database.connection() as connection:
        await connection.script(REFUSE.replace("INSERT ON history_tail", "UPDATE ON api_keys") % "53100")
    service.app.state.remembered_access.clear_all()
    try:
        answer = await service.graphql("{ viewer { username } }")
    finally:
        async with service.database.connection() as connection:
            await connection.script("DROP TRIGGER refuse ON api_keys")

    assert "ada" == answer.data["viewer"]["username"]


async def test_the_worker_neither_fails_nor_takes_a_stream_for_broken_when_there_is_no_room(service: Service) -> None:
    await service.start_run("tailed")
    await service.log("ada/p/tailed", 0, lines(0, 300))
    failed_until: dict[object, float] = {}

    async with service.database.connection() as connection:
        await connection.script(REFUSE.replace("history_tail", "history_chunk") % "53100")
    with pytest.raises(NoRoom):
        await compact_once(service.database, failed_until)  # type: ignore[arg-type]
    async with service.database.connection() as connection:
        await connection.script("DROP TRIGGER refuse ON history_chunk")
        await connection.execute(Query("end_leases", "UPDATE run_stream SET lease = NULL", NoRow))

    assert {} == failed_until
    assert 300 <= await compact_once(service.database, failed_until)  # type: ignore[arg-type]


@in_a_directory
async def test_files_for_a_full_disk_are_told_to_come_back_and_downloads_go_on(
    service: Service, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    await service.start_run("files")
    await service.log("ada/p/files", 0, lines(0, 10, LARGE_LINE), complete=True, exitcode=0)
    with small_disk() as disk:
        settings = replace(service.settings, data_dir=disk)
        app = create_app(settings)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE_URL) as http,
        ):
            small = Service(app, http, service.keys, settings)
            answer = await small.graphql(
                'mutation { createRunFiles(input: {entityName: "ada", projectName: "p", runName: "files",'
                ' files: ["old", "new"]}) { files { uploadUrl } } }'
            )
            old, new = (file["uploadUrl"] for file in answer.data["createRunFiles"]["files"])
            assert 200 == (await http.put(old, content=b"x")).status_code
            fill(disk)

            refused = [await http.put(new, content=b"y" * 100_000) for _ in range(5)]
            arrow = await http.get("/export/ada/p/history.arrow", headers=small.headers("ada"))
            parquet = [await http.get(PARQUET, headers=small.headers("ada")) for _ in range(3)]
            listed = await small.graphql(
                '{ project(name: "p") { run(name: "files") { files { edges { node { directUrl } } } } } }'
            )
            made = [await small.graphql(HISTORY_FILES) for _ in range(2)]
            files = listed.data["project"]["run"]["files"]["edges"]
            downloaded = await http.get(files[0]["node"]["directUrl"])
            told = [record for record in caplog.records if record.levelno >= logging.WARNING]
            (disk / BALLAST).unlink()
            stored = await http.put(new, content=b"y" * 100_000)
            parquet_at_last = await http.get(PARQUET, headers=small.headers("ada"))
            made_at_last = await small.graphql(HISTORY_FILES)

    for response in (*refused, *parquet):
        await wait_told(response)
    assert [(0, 1), (0, 1), (1, 0)] == [files_and_rows(answer) for answer in (*made, made_at_last)]
    assert (200, b"x") == (downloaded.status_code, downloaded.content)
    assert (200, 200, 200) == (arrow.status_code, stored.status_code, parquet_at_last.status_code)
    assert ["cannot write objects", "the file of an export cannot be written"] == [
        record.getMessage().partition(":")[0] for record in told
    ]
    assert "panicked" not in capfd.readouterr().err


def test_what_goes_wrong_again_and_again_is_one_line_a_minute_with_how_often_it_was(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = 0.0
    seldom = Seldom(logging.getLogger("tests"), lambda: now)

    for second in range(150):
        now = float(second)
        seldom.warning("full: %s", second)
        if second == 0:
            seldom.warning("slow: %s", second)

    assert EVERY_S == 60
    assert [
        "full: 0",
        "slow: 0",
        "full: 60 (59 times more since it was last told)",
        "full: 120 (59 times more since it was last told)",
    ] == [record.getMessage() for record in caplog.records]
