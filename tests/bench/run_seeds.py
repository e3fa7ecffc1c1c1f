"""Runs to look for, written by COPY: 20 values of config, 10 of the summary, tags. Used by find_runs.py and growth.py.

Run number n is the same in every database: its values come from a generator that is seeded with n.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg

from runfolio_server.domain.run_id import run_id_of

RawConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TAGS = tuple(f"tag-{number}" for number in range(20))
MODELS = tuple(f"model-{number}" for number in range(10))
MISSING_SHARE = 0.05
"""Of runs that never logged `acc`."""
RARE_EVERY = 2000
"""One run of so many has the config value `kind: rare`, and a group, job type, sweep, tag and state of its own."""
SWEPT_EVERY = 10
"""One run of so many belongs to a sweep."""
START = datetime(2026, 1, 1, tzinfo=UTC)
COPY_AT_ONCE = 5000

COLUMNS = (
    "run_id project_id name display_name state tags group_name job_type notes created_by created_at heartbeat_at"
    " sweep_name config_text summary_text config summary"
).split()


@dataclass(frozen=True, slots=True)
class SeededRun:
    """What the checks need of a run."""

    number: int
    name: str
    tags: list[str]
    config: dict[str, Any]
    summary: dict[str, Any]


def seeded_run(number: int) -> SeededRun:
    """The run of this number."""
    draw = random.Random(number)
    config: dict[str, Any] = {
        "lr": 10 ** draw.uniform(-5, -1),
        "model": draw.choice(MODELS),
        "seed": number,
        "batch_size": 2 ** draw.randrange(4, 10),
        "optimizer": draw.choice(("adam", "sgd")),
        "kind": "rare" if is_rare(number) else "usual",
    }
    config |= {f"parameter_{place:02}": draw.random() for place in range(20 - len(config))}
    loss = draw.expovariate(1.0)
    summary: dict[str, Any] = {"loss": loss, "_step": draw.randrange(10_000), "_runtime": draw.uniform(1, 1e5)}
    if draw.random() >= MISSING_SHARE:
        summary["acc"] = draw.random()
    summary |= {f"metric_{place}": draw.random() for place in range(10 - len(summary))}
    tags = draw.sample(TAGS, draw.randrange(4)) + (["rare"] if is_rare(number) else [])
    return SeededRun(number, f"run{number:07}", tags, config, summary)


def is_rare(number: int) -> bool:
    """Whether the run of this number is one of the few."""
    return number % RARE_EVERY == 7


async def copy_runs(connection: RawConnection, project_id: int, user_id: int, numbers: range) -> None:
    """Write these runs; analyse the table afterwards."""
    for first in range(numbers.start, numbers.stop, COPY_AT_ONCE):
        some = range(first, min(first + COPY_AT_ONCE, numbers.stop))
        records = list(_records(project_id, user_id, some))
        await connection.copy_records_to_table("runs", records=records, columns=COLUMNS)
    # As each start does: lists of projects that never had many get no index.
    await connection.execute(
        "UPDATE projects SET run_counter = run_counter + $2 WHERE project_id = $1", project_id, len(numbers)
    )


def _records(project_id: int, user_id: int, numbers: range) -> Iterator[tuple[object, ...]]:
    for number in numbers:
        run = seeded_run(number)
        created_at = START + timedelta(seconds=number)
        summary = json.dumps(run.summary)
        yield (
            run_id_of(project_id, run.name),
            project_id,
            run.name,
            f"earnest-sunset-{number}",
            "failed" if is_rare(number) else "finished",
            run.tags,
            "rare" if is_rare(number) else f"group-{number % 100}",
            "rare" if is_rare(number) else "train",
            "a few words about it",
            user_id,
            created_at,
            created_at,
            "rare" if is_rare(number) else f"sweep-{number % 1000}" if number % SWEPT_EVERY == 0 else None,
            json.dumps({key: {"value": value} for key, value in run.config.items()}),
            summary,
            json.dumps(run.config),
            summary,
        )
