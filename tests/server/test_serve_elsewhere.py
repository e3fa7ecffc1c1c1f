"""Servers on several machines are one installation: nothing is shared but PostgreSQL and the object store."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import httpx
import pytest

import runfolio
from runfolio_server.embedded import EmbeddedPostgres
from tests.bucket import Buckets
from tests.server.running_serve import Start

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

ALLOW_UPLOAD = """mutation { createRunFiles(
  input: {entityName: "ann", projectName: "p", runName: "r1", files: ["model.bin"]}) { files { uploadUrl } } }"""
MODEL = bytes(range(256)) * 1000


def test_what_came_to_one_server_is_at_the_other_also_when_the_first_ones_directory_is_gone(
    start: Start, directory: Path, buckets: Buckets
) -> None:
    (directory / "database").mkdir(mode=0o711)
    postgres = EmbeddedPostgres(directory / "database")
    elsewhere = {
        **buckets.environment,
        "RUNFOLIO_DATABASE_URL": postgres.start(),
        "RUNFOLIO_OBJECT_STORE": buckets.make(),
    }
    try:
        first = start("--username", "ann", data_dir=directory / "first", environment=elsewhere)
        first.wait_until_ready()
        key = first.key
        second = start(data_dir=directory / "second", environment=elsewhere)
        second.wait_until_ready()
        with runfolio.Api(base_url=first.url, api_key=key) as api:
            run = api.create_run("ann/p", id="r1")
            run.log({"loss": 0.5})
            allowed = api.query(ALLOW_UPLOAD)["createRunFiles"]["files"][0]
            httpx.put(allowed["uploadUrl"], content=MODEL).raise_for_status()
            run.finish()

        first.interrupt()
        shutil.rmtree(first.data_dir)

        with runfolio.Api(base_url=second.url, api_key=key) as api:
            found = api.run("ann/p/r1")
            assert found.state == "finished"
            assert [0.5] == [row["loss"] for row in found.scan_history()]
            assert found.file("model.bin").read() == MODEL
        assert not (second.data_dir / "objects").exists()
    finally:
        postgres.stop()
