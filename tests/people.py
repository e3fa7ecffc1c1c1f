"""Teams, members and keys as rows, for tests of what they may do."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from runfolio_server.domain.api_keys import hash_api_key, new_api_key
from tests.service import Service


async def make_team(service: Service, name: str, **roles: str) -> int:
    """A team with these users in these roles; its entity id."""
    async with service.database.connection() as connection:
        raw = connection._raw
        team_id: int = await raw.fetchval(
            "INSERT INTO entities (name, kind) VALUES ($1, 'team') RETURNING entity_id", name
        )
        for user, role in roles.items():
            await raw.execute(
                "INSERT INTO membership (entity_id, user_id, role)"
                " SELECT $1, u.user_id, $3 FROM users AS u JOIN entities AS e USING (entity_id) WHERE e.name = $2",
                team_id,
                user,
                role,
            )
    forget(service)
    return team_id


async def make_key(
    service: Service,
    user: str,
    label: str,
    scope: str = "admin",
    project_id: int | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Another key of a user, which the service knows by the label."""
    key = service.keys[label] = new_api_key()
    async with service.database.connection() as connection:
        await connection._raw.execute(
            "INSERT INTO api_keys (api_key_id, user_id, key_hash, scope, project_id, expires_at)"
            " SELECT $1, u.user_id, $3, $4, $5, $6"
            " FROM users AS u JOIN entities AS e USING (entity_id) WHERE e.name = $2",
            uuid4(),
            user,
            hash_api_key(key),
            scope,
            project_id,
            expires_at,
        )
    return key


async def change(service: Service, sql: str, *arguments: object) -> None:
    """Change rows as another process does, whose event has not come: what is remembered here stays for its seconds."""
    async with service.database.connection() as connection:
        await connection._raw.execute(sql, *arguments)


def forget(service: Service) -> None:
    """As if the seconds were over for which anything is remembered."""
    service.app.state.remembered_access.clear_all()
