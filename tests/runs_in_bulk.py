"""Many runs written straight into the database, for tests that need more of them than a request each would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from runfolio_server.domain import json_text
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.sql.named import NoRow, Query
from tests.service import Service

START = datetime(2026, 11, 3, tzinfo=UTC)


class OwnedRow(msgspec.Struct, frozen=True):
    """A project and its owner."""

    user_id: int
    project_id: int


SELECT_OWNED = Query(
    "select_owned",
    "SELECT user_id, project_id FROM entities AS e JOIN users USING (entity_id) JOIN projects AS p USING (entity_id)"
    " WHERE e.name = $1 AND p.name = $2",
    OwnedRow,
)
INSERT_RUNS = Query(
    "insert_runs",
    "INSERT INTO runs (run_id, project_id, name, display_name, state, tags, group_name, created_by, created_at,"
    " config_text, config, summary_text, summary)"
    " VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11, $12::text::jsonb)",
    NoRow,
)


@dataclass(frozen=True)
class SeededRun:
    """A run to write; `config` is not wrapped."""

    name: str
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    tags: Sequence[str] = ()
    group: str | None = None
    state: str = "finished"
    created_at: datetime | None = None


async def seed_runs(service: Service, project: str, runs: Sequence[SeededRun], user: str = "ada") -> None:
    """Write runs into a project that has been made; each a second younger than the one before, unless told."""
    async with service.database.transaction() as connection:
        row = await connection.row(SELECT_OWNED, user, project)
        assert row is not None
        await connection._raw.executemany(
            INSERT_RUNS.sql,
            [
                (
                    run_id_of(row.project_id, run.name),
                    row.project_id,
                    run.name,
                    run.state,
                    list(run.tags),
                    run.group,
                    row.user_id,
                    run.created_at or START + timedelta(seconds=number),
                    json_text.dump({key: {"value": value} for key, value in run.config.items()}),
                    json_text.to_jsonb(run.config),
                    json_text.dump(run.summary),
                    json_text.to_jsonb(run.summary),
                )
                for number, run in enumerate(runs)
            ],
        )


async def make_project(service: Service, project: str, runs: Sequence[SeededRun], user: str = "ada") -> str:
    """A project with these runs and no others; its name."""
    await service.start_run("first", project, user)
    answer = await service.graphql(
        'mutation($p: String!) { deleteRuns(input: {projectName: $p, filters: "{}"}) { count } }', user, p=project
    )
    assert answer.data["deleteRuns"] == {"count": 1}
    await seed_runs(service, project, runs, user)
    return project
