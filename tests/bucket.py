"""An S3 server for the tests: moto's, which runs in an environment of its own because it needs older packages."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import httpx

MOTO = "moto==5.2.5"
COMMAND = ["uv", "tool", "run", "--quiet", "--from", MOTO, "--with", f"{MOTO.replace('==', '[s3]==')}"]
COMMAND += ["--with", "flask", "--with", "flask-cors", "moto_server"]
# The first start downloads it.
PATIENCE_S = 300.0


@dataclass
class Buckets:
    """A running S3 server; `environment` is what a program needs to reach it."""

    environment: Mapping[str, str]

    def __post_init__(self) -> None:
        self._numbers = count()

    def make(self) -> str:
        """The URL of a new, empty bucket."""
        name = f"runs-{next(self._numbers)}"
        httpx.put(f"{self.environment['AWS_ENDPOINT']}/{name}").raise_for_status()
        return f"s3://{name}/some/place"


@contextmanager
def run_buckets() -> Iterator[Buckets]:
    """Run the server for the length of the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", *COMMAND, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # uv starts the server as its child: both are to end.
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not _answers(endpoint):
            assert process.poll() is None, f"the S3 server does not start: {' '.join(COMMAND)}"
            assert time.monotonic() < deadline, "the S3 server does not answer"
            time.sleep(0.1)
        yield Buckets(
            {
                "AWS_ENDPOINT": endpoint,
                "AWS_ALLOW_HTTP": "true",
                "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": "tests",
                "AWS_SECRET_ACCESS_KEY": "tests",
            }
        )
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(endpoint: str) -> bool:
    try:
        return httpx.get(endpoint).status_code == 200
    except httpx.HTTPError:
        return False
