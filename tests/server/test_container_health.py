"""The health check of the container image, run as it stands against a server and against none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")

DOCKERFILE = Path(__file__).parents[2] / "docker" / "Dockerfile"


def exit_code(port: int | None) -> int:
    """What the check answers when the server should be at this port."""
    text = DOCKERFILE.read_text()
    check = text[text.index("HEALTHCHECK") :]
    code = json.loads(check[check.index("[") : check.index("]\n") + 1])[2]
    done = subprocess.run(
        [sys.executable, "-c", code], env={"RUNFOLIO_PORT": str(port)}, check=False, capture_output=True, timeout=30
    )
    return done.returncode


def test_a_server_that_answers_is_healthy_and_nothing_else_is(live_server: LiveServer) -> None:
    port = httpx.URL(live_server.base_url).port

    assert 0 == exit_code(port)
    assert 1 == exit_code(1)
