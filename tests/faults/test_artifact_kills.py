"""The real SDK uploads an artifact while the server is killed at every step: it completes, and nothing is half done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

import runfolio
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import open_database
from tests.faults.killing_proxy import KillingProxy
from tests.faults.victims import Serving
from tests.live_server import LiveServer
from tests.long_run import only_long
from tests.server.reachable_dir import reachable_dir
from tests.sql.artifact_world import CountedRow, md5
from tests.wandb.environments import NEWEST, python_with
from tests.wandb.recorder import Recorder
from tests.wandb.sdk import SDK

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

# The SDK waits up to a minute before it tries again, and more each time.
SOON = {
    f"WANDB_X_{what}_RETRY_WAIT_{end}_SECONDS": seconds
    for what in ("GRAPHQL", "FILE_TRANSFER")
    for end, seconds in (("MIN", "0.5"), ("MAX", "2"))
}
FILES = {"a.txt": "first", "b.txt": "second"}
STEPS = {
    "CreateArtifact",
    "CreateArtifactManifest",
    "CreateArtifactFiles",
    "CreateArtifactManifest with digest",
    "CommitArtifact",
    *(f"PUT {md5(text.encode())}" for text in FILES.values()),
}
"""Each is met by a kill, and so is the upload of the list of the files."""


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    with reachable_dir() as directory:
        running = Serving(directory)
        yield running
        running.end()


@pytest.mark.parametrize("moment", ["after", pytest.param("before", marks=only_long)])
def test_an_upload_survives_a_kill_at_every_step(
    serving: Serving, tmp_path: Path, moment: Literal["before", "after"]
) -> None:
    name = f"killed-{moment}"
    with KillingProxy(serving.current.url, lambda: serving.kill("serve"), moment) as proxy:
        server = LiveServer(proxy.url, serving.current.key, "", serving.current.data_dir)
        sdk = SDK(NEWEST, python_with(NEWEST), tmp_path, server, Recorder(), timeout_s=300)
        try:
            logged = sdk.run("artifact_once", SOON, project="kills", name=name, files=FILES)
        finally:
            sdk.end()

    assert proxy.killed > STEPS, f"no kill at {sorted(STEPS - proxy.killed)}"
    assert "v0" == logged["version"]
    with runfolio.Api(base_url=serving.current.url, api_key=serving.current.key) as api:
        artifact = api.artifact(f"ada/kills/{name}:latest")
        assert FILES == {file.name: file.read().decode() for file in artifact.files()}
        versions = api.project("ada/kills").artifacts(collection=name)
        assert [(artifact.id, ["latest"])] == [(version.id, version.aliases) for version in versions]


async def test_nothing_of_the_uploads_is_left_over(serving: Serving) -> None:
    """What waits for bytes, or has no version, would be an orphan."""
    database = await open_database(serving.url_of_database(), size=1, wait_s=10, statement_timeout_s=10)
    async with database.connection() as connection:
        left = {
            what: (await connection.rows(Query(f"count {what}", f"SELECT count(*) FROM {sql}", CountedRow)))[0].count
            for what, sql in {
                "pending": "artifact WHERE state <> 'COMMITTED'",
                "uploads": "artifact_upload",
                "manifests": "artifact_manifest WHERE object_id IS NULL",
                "rows without use": "entity_object AS o WHERE NOT EXISTS (SELECT 1 FROM artifact_entry AS e WHERE "
                "e.object_id = o.object_id) AND NOT EXISTS (SELECT 1 FROM artifact_manifest AS m "
                "WHERE m.object_id = o.object_id)",
            }.items()
        }
    await database.close()

    assert {"pending": 0, "uploads": 0, "manifests": 0, "rows without use": 0} == left
