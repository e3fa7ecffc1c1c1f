"""What a hostile user has made before he begins: large runs of every kind, through the doors that everybody uses."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

PROJECT = "ground"
MAKE_RUN = "mutation($i: UpsertBucketInput!) { upsertBucket(input: $i) { bucket { id } } }"
ROWS_PER_REQUEST = 50_000
TIMEOUT_S = 120.0


@dataclass(frozen=True)
class GroundSize:
    """How much there is: rows of the long run, keys of the wide one, lines of output, and runs of large documents.

    `scale` is that of the requests themselves: 1 as they were found to hurt.
    """

    rows: int
    scale: float
    keys: int
    console_lines: int
    large_runs: int
    notes_characters: int
    config_bytes: int
    largest_config_bytes: int


FULL = GroundSize(
    # 20 MB of JSON.
    rows=200_000,
    scale=1,
    keys=100_000,
    console_lines=10_000,
    large_runs=60,
    notes_characters=1_000_000,
    config_bytes=1_000_000,
    largest_config_bytes=4_000_000,
)
SMALL = GroundSize(
    rows=2000,
    scale=0.1,
    keys=1000,
    console_lines=1000,
    large_runs=5,
    notes_characters=10_000,
    config_bytes=3000,
    largest_config_bytes=20_000,
)


@dataclass(frozen=True)
class Ground:
    """Whose it is, and the names of its runs; `sink_id` is the node id of one that takes whatever comes."""

    entity: str
    sink_id: str
    scale: float
    project: str = PROJECT
    long: str = "long"
    wide: str = "wide"
    large: str = "large-0"
    """Of the runs with large documents the one whose config is the largest."""


async def make_ground(http: httpx.AsyncClient, entity: str, size: GroundSize) -> Ground:
    """Make it with the connection of its owner."""
    sink_id = await _make_run(http, entity, "sink")
    await _make_run(http, entity, "long")
    for first in range(0, size.rows, ROWS_PER_REQUEST):
        rows = range(first, min(first + ROWS_PER_REQUEST, size.rows))
        await _log(http, entity, "long", "wandb-history.jsonl", first, [_row(number) for number in rows])
    printed = [f"2026-01-01T00:00:00.{number:06} {'x' * 1000}" for number in range(size.console_lines)]
    await _log(http, entity, "long", "output.log", 0, printed)
    await _make_run(http, entity, "wide")
    wide = json.dumps({f"key {number}": number for number in range(size.keys - 1)} | {"_step": 0})
    await _log(http, entity, "wide", "wandb-history.jsonl", 0, [wide])
    for number in range(size.large_runs):
        draw = random.Random(number)
        config_bytes = size.config_bytes if number else size.largest_config_bytes
        await _make_run(
            http,
            entity,
            f"large-{number}",
            notes=_words(draw, size.notes_characters),
            config=json.dumps({key: {"value": draw.random()} for key in _keys(config_bytes)}),
        )
    return Ground(entity, sink_id, size.scale)


async def _make_run(http: httpx.AsyncClient, entity: str, name: str, **fields: str) -> str:
    variables = {"i": {"entityName": entity, "modelName": PROJECT, "name": name, **fields}}
    response = await http.post("/graphql", json={"query": MAKE_RUN, "variables": variables}, timeout=TIMEOUT_S)
    answer = response.raise_for_status().json()
    assert "errors" not in answer, answer
    node_id: str = answer["data"]["upsertBucket"]["bucket"]["id"]
    return node_id


async def _log(http: httpx.AsyncClient, entity: str, run: str, file: str, offset: int, lines: list[str]) -> None:
    body = {"files": {file: {"offset": offset, "content": lines}}}
    response = await http.post(f"/files/{entity}/{PROJECT}/{run}/file_stream", json=body, timeout=TIMEOUT_S)
    assert "rejected" not in response.raise_for_status().json(), response.text


def _row(number: int) -> str:
    draw = random.Random(number)
    return json.dumps({"_step": number, "loss": draw.random(), "accuracy": draw.random(), "rate": draw.random()})


def _keys(size: int) -> Iterator[str]:
    # An entry has some fifty bytes.
    return (f"parameter {number:06}" for number in range(size // 50))


def _words(draw: random.Random, length: int) -> str:
    """Text that PostgreSQL cannot store in much less."""
    return draw.randbytes(length // 2).hex()
