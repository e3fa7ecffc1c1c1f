"""The states that a run came into, by the sync client from a real server."""

from __future__ import annotations

from datetime import UTC

import pytest

from runfolio import Api, StateChange
from tests.client.builders import Logger
from tests.client.full_run import api, logger

__all__ = ["api", "logger"]

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


def test_a_run_tells_the_states_that_it_came_into(api: Api, logger: Logger) -> None:
    path = logger.run("states", exit_code=3)
    changes = api.run(path).state_changes(per_page=1)

    first, second = changes
    assert StateChange("running", None, "start", first.at) == first
    assert StateChange("failed", "running", "exit", second.at) == second
    assert api.run(path).created_at <= first.at < second.at
    assert UTC == first.at.tzinfo
    assert 2 == len(changes)
