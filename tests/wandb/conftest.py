"""The real `wandb` package against a live server: `newest` is its newest version, `sdk` each version in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

import runfolio
from tests.live_server import LiveServer, run_live_server
from tests.wandb.environments import ARTIFACT_VERSIONS, NEWEST, VERSIONS, python_with
from tests.wandb.recorder import Recorder
from tests.wandb.sdk import SCRIPT_TIMEOUT_S, SDK


class MakeSDK(Protocol):
    """The SDK of a version, in an empty home."""

    def __call__(self, version: str, python: Path | None = None, timeout_s: float = SCRIPT_TIMEOUT_S) -> SDK:
        """Another environment than the version's own has libraries beside it."""


@pytest.fixture(scope="module")
def recorder() -> Recorder:
    """What the server of this module has been asked."""
    return Recorder()


@pytest.fixture(scope="module")
def server(
    anyio_backend: object, database_url: str, tmp_path_factory: pytest.TempPathFactory, recorder: Recorder
) -> Iterator[LiveServer]:
    """A live server for this module, recorded."""
    with run_live_server(
        database_url, tmp_path_factory.mktemp("data"), recorder.wrap, storage_regions="near, far"
    ) as running:
        yield running


@pytest.fixture
def make_sdk(server: LiveServer, recorder: Recorder, tmp_path: Path) -> Iterator[MakeSDK]:
    """The SDK of a version, in an empty home. Forgets what earlier tests have asked the server."""
    recorder.exchanges.clear()
    recorder.streamed.clear()
    recorder.encodings.clear()
    recorder.stored.clear()
    recorder.expired = 0
    made: list[SDK] = []

    def make(version: str, python: Path | None = None, timeout_s: float = SCRIPT_TIMEOUT_S) -> SDK:
        made.append(SDK(version, python or python_with(version), tmp_path, server, recorder, timeout_s))
        return made[-1]

    yield make
    for sdk in made:
        sdk.end()


@pytest.fixture(params=VERSIONS)
def sdk(request: pytest.FixtureRequest, make_sdk: MakeSDK) -> SDK:
    """Each version of the SDK in turn."""
    return make_sdk(request.param)


@pytest.fixture(params=ARTIFACT_VERSIONS)
def with_artifacts(request: pytest.FixtureRequest, make_sdk: MakeSDK) -> SDK:
    """Each version that artifacts are tested with."""
    return make_sdk(request.param)


@pytest.fixture(params=VERSIONS[1:])
def older(request: pytest.FixtureRequest, make_sdk: MakeSDK) -> SDK:
    """Each version but the newest."""
    return make_sdk(request.param)


@pytest.fixture
def newest(make_sdk: MakeSDK) -> SDK:
    """The newest version of the SDK."""
    return make_sdk(NEWEST)


@pytest.fixture
def api(server: LiveServer) -> Iterator[runfolio.Api]:
    """Our own client, for the same server."""
    with runfolio.Api(base_url=server.base_url, api_key=server.api_key) as client:
        yield client
