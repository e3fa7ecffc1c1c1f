"""Ten thousand small files of one artifact, up and down by our client, against a plain loop of PUTs and of GETs.

The floor goes to the same server: a loop over one connection that sends each file to its signed URL, and one that reads
each back. Both have the URLs already, compare nothing and write nothing to disk; the artifact's time is all that
`log_artifact` and `download` take: digests, announcing, manifest, commit, listing, files on disk.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

import runfolio
from tests.bench.whole_server import WholeServer, whole_server

COUNT: Final = 10_000
SIZE: Final = 1024
PAGE: Final = 1000
ALLOW: Final = (
    'mutation($names: [String!]!) { createRunFiles(input: {entityName: "ada", projectName: "small", runName: "loop",'
    " files: $names}) { files { uploadUrl } } }"
)
LIST: Final = (
    'query($after: String) { project(name: "small") { run(name: "loop") { files(first: 1000, after: $after) {'
    " pageInfo { hasNextPage endCursor } edges { node { directUrl } } } } } }"
)


@dataclass(frozen=True)
class Times:
    """Seconds for all files."""

    put_loop: float
    get_loop: float
    up: float
    down: float


def main() -> None:
    """Measure and print."""
    with whole_server() as server:
        found = measure(server, COUNT)
    print(f"{COUNT:,} files of {SIZE} bytes, one artifact")
    for name, took, floor in (("up", found.up, found.put_loop), ("down", found.down, found.get_loop)):
        print(
            f"{name:5} {took:7.2f} s, loop {floor:7.2f} s, ratio {took / floor:.2f};"
            f" {1000 * took / COUNT:.2f} and {1000 * floor / COUNT:.2f} ms a file"
        )


def measure(server: WholeServer, count: int) -> Times:
    """The loop and the artifact, one after the other, on files that nobody has sent before."""
    with (
        runfolio.Api(server.base_url, server.key) as api,
        httpx.Client(timeout=60) as http,
        tempfile.TemporaryDirectory() as directory,
    ):
        loop = api.create_run("ada/small", id="loop")
        put_loop = _put_loop(api, http, count)
        get_loop = _get_loop(api, http, count)
        loop.finish()

        run = api.create_run("ada/small", id="artifact")
        source, target = Path(directory) / "source", Path(directory) / "target"
        _write(source, count)
        started = time.perf_counter()
        run.log_artifact(source, "files", "dataset", progress=False)
        up = time.perf_counter() - started
        started = time.perf_counter()
        api.artifact("ada/small/files:latest").download(target, progress=False)
        down = time.perf_counter() - started
        run.finish()
        assert count == sum(1 for path in target.rglob("*") if path.is_file())
    return Times(put_loop, get_loop, up, down)


def _put_loop(api: runfolio.Api, http: httpx.Client, count: int) -> float:
    urls: list[str] = []
    for start in range(0, count, PAGE):
        names = [f"{number % 100}/{number}.bin" for number in range(start, min(start + PAGE, count))]
        urls += [file["uploadUrl"] for file in api.query(ALLOW, {"names": names})["createRunFiles"]["files"]]
    contents = [secrets.token_bytes(SIZE) for _ in urls]
    started = time.perf_counter()
    for url, content in zip(urls, contents, strict=True):
        http.put(url, content=content).raise_for_status()
    return time.perf_counter() - started


def _get_loop(api: runfolio.Api, http: httpx.Client, count: int) -> float:
    urls: list[str] = []
    page: dict[str, Any] = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        page = api.query(LIST, {"after": page["pageInfo"]["endCursor"]})["project"]["run"]["files"]
        urls += [edge["node"]["directUrl"] for edge in page["edges"]]
    assert count == len(urls)
    started = time.perf_counter()
    for url in urls:
        assert SIZE == len(http.get(url).raise_for_status().content)
    return time.perf_counter() - started


def _write(directory: Path, count: int) -> None:
    for number in range(count):
        path = directory / f"{number % 100}" / f"{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(secrets.token_bytes(SIZE))
