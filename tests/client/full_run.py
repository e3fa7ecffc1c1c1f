"""A run of which there is a bit of everything, and the fixtures that tests of it share."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest

from runfolio import Api
from tests.client.builders import Logger
from tests.live_server import LiveServer

ROWS: list[dict[str, Any]] = [
    {"_step": 0, "loss": 2, "acc": 0.5},
    {"_step": 1, "loss": 1.0, "acc": math.nan},
    {"_step": 2, "loss": math.inf, "note": "x"},
    {"_step": 10, "loss": 0.25, "acc": 1, "nested": {"a": [1, 2.0]}},
]
CONFIG = {"lr": 0.1, "layers": [1, 2], "optimizer": {"name": "adam", "beta": 0.9}}


@pytest.fixture(scope="module")
def logger(live_server: LiveServer) -> Logger:
    """Logs into ada/demo, where one full run is already."""
    logger = Logger(live_server, "demo")
    logger.run(
        "full",
        displayName="earnest-sunset-1",
        rows=ROWS,
        config=CONFIG,
        summary={"loss": 0.25, "worst": math.inf, "_step": 10},
        console=[
            '{"ts":"2026-11-20T10:06:28.966102","content":"hello"}',
            '{"level":"error","ts":"?","content":"oh"}',
        ],
        system=[{"_timestamp": 1.5, "system.cpu": 3.5}],
        exit_code=0,
        groupName="folds",
        jobType="train",
        tags=["baseline"],
    )
    logger.file("full", "wandb-metadata.json", b'{"host": "box", "gpu": null}')
    logger.file("full", "media/images/a.txt", b"some bytes")
    return logger


@pytest.fixture
def api(live_server: LiveServer, logger: Logger) -> Iterator[Api]:
    """An Api of `ada`."""
    with Api(live_server.base_url, live_server.api_key) as opened:
        yield opened
