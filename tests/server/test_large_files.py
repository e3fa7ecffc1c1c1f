"""Large files up and down: the memory of the process that carries them does not grow with the file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.bucket import Buckets
from tests.server.running_serve import RunningServe, Start

MEBIBYTE = 2**20
GROWTH_MAX = 48 * MEBIBYTE
"""Parts that are under way to a cloud's store, twice, and what the allocator keeps."""
PIECE = bytes(range(256)) * 1024
START_RUN = 'mutation { upsertBucket(input: {name: "large", modelName: "p"}) { bucket { id } } }'
ALLOW = (
    'mutation($entity: String!) { createRunFiles(input: {entityName: $entity, projectName: "p", runName: "large",'
    ' files: ["model.bin"]}) { files { uploadUrl } } }'
)
FILE = '{ project(name: "p") { run(name: "large") { files { edges { node { directUrl sizeBytes md5 } } } } } }'


def _pieces(size: int) -> Iterator[bytes]:
    for number in range(size // len(PIECE)):
        # Each another, so that no two parts are alike.
        yield number.to_bytes(8, "big") + PIECE[8:]


def _graphql(server: RunningServe, query: str, **variables: str) -> dict[str, object]:
    answer = httpx.post(
        f"{server.url}/graphql", json={"query": query, "variables": variables}, auth=("api", server.key), timeout=30
    )
    data: dict[str, object] = answer.json()["data"]
    return data


def _forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _peak(pid: int) -> int:
    """Bytes: the most memory that the process had since its peak was forgotten."""
    (line,) = [text for text in Path(f"/proc/{pid}/status").read_text().splitlines() if text.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def _carried(server: RunningServe, size: int) -> tuple[int, int]:
    """Send a file of this size and read it back; by how many bytes memory grew for each."""
    _graphql(server, START_RUN)
    allowed = _graphql(server, ALLOW, entity=server.username())
    upload_url = allowed["createRunFiles"]["files"][0]["uploadUrl"]  # type: ignore[index]
    # What the first upload of a process needs in any case.
    httpx.put(upload_url, content=b"x" * MEBIBYTE, timeout=60).raise_for_status()
    (pid,) = server.api_pids
    digest = hashlib.md5()

    def counted() -> Iterator[bytes]:
        for piece in _pieces(size):
            digest.update(piece)
            yield piece

    _forget_peak(pid)
    before = _peak(pid)
    httpx.put(upload_url, content=counted(), timeout=600).raise_for_status()
    grown_by_upload = _peak(pid) - before
    md5 = base64.b64encode(digest.digest()).decode()
    (edge,) = _graphql(server, FILE)["project"]["run"]["files"]["edges"]  # type: ignore[index]
    assert (size, md5) == (edge["node"]["sizeBytes"], edge["node"]["md5"])

    received = hashlib.md5()
    _forget_peak(pid)
    before = _peak(pid)
    with httpx.stream("GET", edge["node"]["directUrl"], timeout=600) as answer:
        assert 200 == answer.status_code
        for piece in answer.iter_bytes():
            received.update(piece)
    grown_by_download = _peak(pid) - before
    assert digest.digest() == received.digest()
    return grown_by_upload, grown_by_download


@pytest.fixture(params=["directory", "bucket"])
def server(request: pytest.FixtureRequest, start: Start) -> RunningServe:
    """One process of the API, with its objects in a directory or in S3; it carries every byte itself."""
    environment = {"RUNFOLIO_STORE_DOWNLOAD_BYTES": "0"}
    if request.param == "bucket":
        buckets: Buckets = request.getfixturevalue("buckets")
        environment |= {**buckets.environment, "RUNFOLIO_OBJECT_STORE": buckets.make()}
    running = start("--processes", "1", environment=environment)
    running.wait_until_ready()
    return running


@pytest.mark.parametrize("mebibytes", [256, pytest.param(2048, marks=pytest.mark.long)], ids=lambda size: f"{size} MiB")
def test_memory_does_not_grow_with_a_file_up_and_down(server: RunningServe, mebibytes: int) -> None:
    up, down = _carried(server, mebibytes * MEBIBYTE)

    assert up < GROWTH_MAX, f"{up / MEBIBYTE:.0f} MiB"
    assert down < GROWTH_MAX, f"{down / MEBIBYTE:.0f} MiB"
