"""The application in-process, spoken to over ASGI: what the tests of server/ use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from runfolio_server.actions.identity.sign_in import SignIn
from runfolio_server.actions.identity.users import ensure_first_user
from runfolio_server.app import create_app
from runfolio_server.domain.api_keys import new_api_key
from runfolio_server.domain.viewer import Viewer
from runfolio_server.settings import Settings, read_settings
from runfolio_server.sql.pool import Database, open_database
from runfolio_server.sql.runs.listening import TELL_LISTENING
from tests.bucket import place_of_objects

BASE_URL = "http://runfolio.test"
JSON = {"Content-Type": "application/json"}
HISTORY_FILE = "wandb-history.jsonl"


@dataclass
class Answer:
    """Status and JSON of an answer."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """The data of a GraphQL answer without errors."""
        assert self.status == 200, self
        assert "errors" not in self.body, self.body
        found: dict[str, Any] = self.body["data"]
        return found

    @property
    def error(self) -> dict[str, Any]:
        """The first error."""
        found: dict[str, Any] = self.body["errors"][0]
        return found


@dataclass
class Service:
    """A running application and the keys of its users, by username."""

    app: Starlette
    http: httpx.AsyncClient
    keys: dict[str, str]
    settings: Settings

    @property
    def database(self) -> Database:
        """The application's pool."""
        found: Database = self.app.state.database
        return found

    def headers(self, user: str | None) -> dict[str, str]:
        """The headers that sign a user in, and tell what documents come as."""
        return {**JSON} if user is None else {**JSON, "Authorization": f"Bearer {self.keys.get(user, user)}"}

    async def viewer(self, user: str = "ada") -> Viewer:
        """Who a user is to the application."""
        sign_in: SignIn = self.app.state.sign_in
        return await sign_in.viewer(self.headers(user)["Authorization"])

    async def graphql(self, query: str, user: str | None = "ada", **variables: object) -> Answer:
        """Execute a document."""
        response = await self.http.post(
            "/graphql", json={"query": query, "variables": variables}, headers=self.headers(user)
        )
        return Answer(response.status_code, response.json())

    async def start_run(self, name: str, project: str = "p", user: str = "ada", **fields: object) -> dict[str, Any]:
        """Make a run or take it up again; the bucket."""
        answer = await self.graphql(
            "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted bucket {"
            " id name displayName state config historyLineCount project { name entity { name } } } } }",
            user,
            input={"name": name, "modelName": project, **fields},
        )
        found: dict[str, Any] = answer.data["upsertBucket"]["bucket"]
        return found

    async def stream(self, path: str, body: object, user: str | None = "ada", **headers: str) -> Answer:
        """Post to the file_stream of `entity/project/run`."""
        content = body if isinstance(body, bytes) else None
        response = await self.http.post(
            f"/files/{path}/file_stream",
            content=content,
            json=None if content is not None else body,
            headers={**self.headers(user), **headers},
        )
        return Answer(response.status_code, response.json())

    async def log(self, path: str, offset: int, lines: list[str], **more: object) -> Answer:
        """Post history lines."""
        return await self.stream(path, {"files": {HISTORY_FILE: {"offset": offset, "content": lines}}, **more})

    async def rows(self, project: str, run: str, user: str = "ada", entity: str = "ada") -> list[str]:
        """All history rows of a run, as JSON texts."""
        rows: list[str] = []
        after = None
        while True:
            answer = await self.graphql(
                "query($e: String, $p: String, $r: String!, $a: String) { project(entityName: $e, name: $p) {"
                " run(name: $r) { historyRows(after: $a) { rows pageInfo { hasNextPage endCursor } } } } }",
                user,
                e=entity,
                p=project,
                r=run,
                a=after,
            )
            page = answer.data["project"]["run"]["historyRows"]
            rows += page["rows"]
            if not page["pageInfo"]["hasNextPage"]:
                return rows
            after = page["pageInfo"]["endCursor"]


@asynccontextmanager
async def open_service(
    database_url: str, data_dir: Path, users: tuple[str, ...] = ("bob", "eve"), **more: str
) -> AsyncIterator[Service]:
    """The application with a site admin `ada` and these users; `more` are further settings."""
    settings = read_settings(
        {}, database_url=database_url, data_dir=str(data_dir), object_store=place_of_objects(data_dir), **more
    )
    key = await make_first_user(database_url)
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE_URL) as http,
    ):
        service = Service(app, http, {"ada": key}, settings)
        async with service.database.connection() as connection:
            # As if it had been up for a day, so that a run's silence is one.
            await connection.execute(TELL_LISTENING, 30.0)
            await connection.script("UPDATE server_listening SET since = now() - interval '1 day'")
        for user in users:
            await service.graphql(
                "mutation($u: String!) { createUser(input: {username: $u, email: null}) { user { id } } }", u=user
            )
            answer = await service.graphql(
                "mutation($u: String!) { generateApiKey(input: {username: $u}) { apiKey { name } } }", u=user
            )
            service.keys[user] = answer.data["generateApiKey"]["apiKey"]["name"]
        yield service


async def make_first_user(database_url: str) -> str:
    """Make the site admin `ada`; the key."""
    key = new_api_key()
    database = await open_database(database_url, size=2, wait_s=10, statement_timeout_s=30)
    async with database.connection() as connection:
        await ensure_first_user(connection, "ada", key)
    await database.close()
    return key
