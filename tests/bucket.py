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
from pathlib import Path

import httpx
import pytest

MOTO = "moto==5.2.5"
COMMAND = ["uv", "tool", "run", "--quiet", "--from", MOTO, "--with", f"{MOTO.replace('==', '[s3]==')}"]
COMMAND += ["--with", "flask", "--with", "flask-cors", "moto_server"]
# The first start downloads it.
PATIENCE_S = 300.0

IS_STORE_OF_ALL = os.environ.get("RUNFOLIO_TEST_OBJECT_STORE") == "s3"
"""Whether each server of the tests keeps its objects in a bucket of its own, instead of its data directory."""
over_each_store = pytest.mark.parametrize("kind_of_store", ["directory", "bucket"], indirect=True, scope="module")
"""The tests of a module run with objects in a directory, and in S3."""
in_a_directory = pytest.mark.skipif(IS_STORE_OF_ALL, reason="is about the directory of objects")


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


_of_all: list[Buckets] = []
_places: dict[Path, str] = {}


@contextmanager
def keeping_all(buckets: Buckets) -> Iterator[None]:
    """Servers that are made in the block, in this process or as its children, keep their objects in these buckets."""
    before = dict(os.environ)
    os.environ.update(buckets.environment)
    _of_all.append(buckets)
    try:
        yield
    finally:
        _of_all.pop()
        os.environ.clear()
        os.environ.update(before)


def place_of_objects(data_dir: Path) -> str:
    """The setting `object_store` of a server with this data directory: its bucket, or empty for the directory."""
    if not _of_all:
        return ""
    if data_dir not in _places:
        _places[data_dir] = _of_all[-1].make()
    return _places[data_dir]


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
