"""What a run tells of its process and machine, read by both clients."""

from __future__ import annotations

import platform
import socket
import sys
from collections.abc import Iterator

import pytest

import runfolio
from runfolio import Api
from tests.live_server import LiveServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def api(live_server: LiveServer) -> Iterator[Api]:
    with Api(live_server.base_url, live_server.api_key) as api:
        yield api


def test_a_run_of_our_client_tells_where_it_runs(api: Api) -> None:
    with api.create_run("ada/overview", id="told") as run:
        run.log({"loss": 1})

    found = run.overview()

    assert (platform.python_version(), sys.executable) == (found.python_version, found.python_executable)
    assert (platform.platform(), socket.gethostname()) == (found.os, api.run("ada/overview/told").host)
    assert str(found.sdk_version).startswith("runfolio ")
    assert found.command
    assert found.gpu_type is None
    assert 0 <= found.duration < 3600
    assert "python_version" in found._repr_html_()
    assert ["told"] == [one.id for one in api.runs("ada/overview", {"environment.os": platform.platform()})]


async def test_the_async_client_reads_the_same_and_says_what_is_missing(live_server: LiveServer, api: Api) -> None:
    here = api.create_run("ada/overview", id="same").overview()

    async with runfolio.AsyncApi(live_server.base_url, live_server.api_key) as other:
        run = await other.run("ada/overview/same")
        there = await run.overview()
        await run.delete()
        with pytest.raises(runfolio.NotFoundError, match="same"):
            await run.overview()

    assert (here.os, here.command, here.memory_bytes) == (there.os, there.command, there.memory_bytes)
