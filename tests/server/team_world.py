"""A service with a team that has a project of each visibility: what tests of permission begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.people import make_key, make_team
from tests.service import Answer, Service, open_service


@dataclass(frozen=True)
class World:
    """A service with a team that has a project of each visibility; `project_ids` are node ids by visibility."""

    service: Service
    project_ids: dict[str, str]


@asynccontextmanager
async def open_world(database_url: str, place: Path) -> AsyncIterator[World]:
    """The team has the admin tina, the member mo and the viewer vic; ada is the site admin, and eve is nobody there."""
    async with open_service(database_url, place, users=("eve", "tina", "mo", "vic")) as service:
        team_id = await make_team(service, "team", tina="admin", mo="member", vic="viewer")
        ids = {}
        for visibility in ("private", "public", "open"):
            answer = await service.graphql(
                "mutation($i: CreateProjectInput!) { createProject(input: $i) { project { id visibility } } }",
                "tina",
                i={"name": visibility, "entityName": "team", "visibility": visibility.upper()},
            )
            project = answer.data["createProject"]["project"]
            assert visibility.upper() == project["visibility"]
            ids[visibility] = project["id"]
            await service.start_run("teams-run", visibility, "mo", entityName="team", config='{"lr": {"value": 1}}')
        await make_key(service, "tina", "tina reads", "read")
        await make_key(service, "tina", "tina writes", "write")
        await make_key(service, "tina", "tina here", project_id=await _number(service, "private", team_id))
        await make_key(service, "tina", "expired", expires_at=datetime.now(UTC) - timedelta(seconds=1))
        yield World(service, ids)


async def _number(service: Service, name: str, entity_id: int) -> int:
    async with service.database.connection() as connection:
        found: int = await connection._raw.fetchval(
            "SELECT project_id FROM projects WHERE name = $1 AND entity_id = $2", name, entity_id
        )
    return found


async def read(world: World, who: str | None, visibility: str) -> Answer:
    """Ask for a project of the team and the run in it."""
    return await world.service.graphql(
        'query($p: String!) { project(entityName: "team", name: $p) { name run(name: "teams-run") { name id } } }',
        who,
        p=visibility,
    )
