"""Nothing acknowledged is lost or doubled when processes are killed under load. Longer: `python -m tests.faults`."""

from __future__ import annotations

import sys

import pytest

from tests.faults.campaign import run_campaign
from tests.server.reachable_dir import reachable_dir

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]


async def test_every_acknowledged_value_is_there_once_after_kills_of_everything() -> None:
    with reachable_dir() as directory:
        report = await run_campaign(directory, seed=1, kills=12, writers=6)

    assert [] == report.problems
    # Otherwise nothing was tested.
    assert report.retries > 0
    assert report.lines > 1000
