"""However many conditions a filter has, PostgreSQL takes a small multiple of the largest document for it."""

from __future__ import annotations

import json
import random
import string
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from runfolio_server.filters.sql.compile import compile_filter
from tests.run_language import parse_filters
from tests.sql.databases import connected

pytestmark = pytest.mark.anyio

DOCUMENT_BYTES = 3 * 2**20
SMALL_MULTIPLE = 16
"""Of the document: what is read, and the values and texts of the conditions of one part."""
KEYS = 300
ASKED = {
    "equality": {f"config.k{number}": number for number in range(300)},
    "text": {"$or": [{"config.big": {"$contains": f"-{number}"}} for number in range(75)]},
    "every item": {"config.big": {"$all": [f"-{number}" for number in range(100)]}},
    "alternatives of several": {
        "$or": [{"config.big": {"$gt": "a", "$ne": f"-{number}"}, f"config.k{number}": -1} for number in range(75)]
    },
    "columns between": {
        "$or": [{"config.big": {"$contains": f"-{number}"}, "notes": f"-{number}"} for number in range(75)]
        + [{"$and": [{"config.big": {"$contains": "-"}}, {"config.big": {"$contains": "+"}}]}]
    },
}


def peak_kilobytes(pid: int) -> int:
    """The most memory that a process had, of what the kernel tells of this machine's."""
    path = Path(f"/proc/{pid}/status")
    if not path.exists() or "postgres" not in Path(f"/proc/{pid}/comm").read_text():
        pytest.skip("PostgreSQL runs elsewhere, or without /proc")
    return int(next(line for line in path.read_text().splitlines() if line.startswith("VmHWM")).split()[1])


@pytest.fixture(scope="module", autouse=True)
async def _runs(database_url: str) -> None:
    draw = random.Random(1)
    document: dict[str, Any] = {f"k{number}": number for number in range(KEYS)}
    document["big"] = "".join(draw.choices(string.ascii_letters, k=DOCUMENT_BYTES))
    async with connected(database_url) as connection:
        await connection.execute(
            """
            INSERT INTO entities (name) VALUES ('ada');
            INSERT INTO users (entity_id) SELECT entity_id FROM entities;
            INSERT INTO projects (entity_id, name, created_by) SELECT entity_id, 'p', user_id FROM users;
            """
        )
        await connection.execute(
            "INSERT INTO runs (run_id, project_id, name, display_name, state, created_by, config, summary)"
            " SELECT gen_random_uuid(), project_id, 'r' || i, 'run', 'finished', created_by, $1::text::jsonb, '{}'"
            " FROM projects, generate_series(1, 2) AS i",
            json.dumps(document),
        )


async def grown(url: str, sql: str, arguments: list[Any]) -> tuple[int, int]:
    """What a statement answers, and by how many bytes the process of a new connection grew at most for it."""
    connection = await asyncpg.connect(url)
    try:
        pid = await connection.fetchval("SELECT pg_backend_pid()")
        await connection.prepare(sql)
        before = peak_kilobytes(pid)
        answer = await connection.fetchval(sql, *arguments)
        return answer, 1024 * (peak_kilobytes(pid) - before)
    finally:
        await connection.close()


@pytest.mark.parametrize("name", ASKED)
async def test_a_filter_takes_a_small_multiple_of_the_largest_document(database_url: str, name: str) -> None:
    where = compile_filter(parse_filters(json.dumps(ASKED[name])), 1)

    answer, grew = await grown(
        database_url, f"SELECT count(*) FROM runs AS r WHERE {where.sql}", list(where.parameters)
    )

    print(f"{name}: {grew / DOCUMENT_BYTES:.1f} times the document")
    assert answer == (2 if name == "equality" else 0)
    assert grew < SMALL_MULTIPLE * DOCUMENT_BYTES
