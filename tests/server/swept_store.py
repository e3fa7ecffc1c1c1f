"""What tests of the sweep do: leave objects behind, let time pass, sweep, and look what is left."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path
from uuid import UUID

import httpx

from runfolio_server.actions.identity.users import ensure_secret
from runfolio_server.domain.owner import OwnerKind
from runfolio_server.objects.mark import STORE_SECRET, mark_store
from runfolio_server.objects.store import ObjectStore
from runfolio_server.worker.object_sweep import sweep_objects_once
from tests.service import Service

DAY_S = 24 * 3600
CREATE_FILES = (
    "mutation($project: String!, $run: String!, $names: [String!]!) {"
    ' createRunFiles(input: {entityName: "ada", projectName: $project, runName: $run, files: $names})'
    " { files { name uploadUrl } } }"
)
FILES = (
    'query($run: String!) { project(name: "p") { run(name: $run) { files { edges { node { name directUrl } } } } } }'
)


async def empty_the_store(service: Service) -> None:
    """Nothing is stored but the mark of the database, and a sweep is due."""
    for table in ("object_sweep", "unused_object", "run_files", "history_file", "history_export"):
        await script(service, f"DELETE FROM {table}")
    for name in (*OwnerKind, "database"):
        await asyncio.to_thread(shutil.rmtree, directory_of(service) / name, ignore_errors=True)
    async with service.database.connection() as connection:
        secret = await ensure_secret(connection, STORE_SECRET)
    await mark_store(service.app.state.object_store, secret)


async def script(service: Service, sql: str) -> None:
    """Run SQL statements."""
    async with service.database.connection() as connection:
        await connection.script(sql)


async def count_rows(service: Service, sql: str) -> int:
    """The one number that a statement answers."""
    async with service.database.connection() as connection:
        found: int = await connection._raw.fetchval(sql)
    return found


async def sweep(service: Service) -> int:
    """One tick of the worker; how many objects it deleted."""
    store: ObjectStore = service.app.state.object_store
    return await sweep_objects_once(service.database, store)


async def hour_passes(service: Service) -> None:
    """As if what was found had been found an hour earlier."""
    await script(service, "UPDATE unused_object SET found_at = found_at - interval '2 hours'")


async def sweep_twice(service: Service) -> int:
    """Find, wait an hour, delete; how many objects."""
    found = await sweep(service)
    await hour_passes(service)
    return found + await sweep(service)


def directory_of(service: Service) -> Path:
    """Where the objects lie."""
    return service.settings.data_dir / "objects"


def age(path: Path, seconds: float = 2 * DAY_S) -> None:
    """As if a file had been written so long ago."""
    then = time.time() - seconds
    os.utime(path, (then, then))


def age_all(service: Service) -> None:
    """As if every object had been written two days ago."""
    for path in (directory_of(service) / OwnerKind.RUN).rglob("*"):
        age(path)


def left_behind(service: Service, key: str, age_s: float = 2 * DAY_S) -> Path:
    """An object without a row, as a crash leaves it."""
    path = directory_of(service) / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left")
    age(path, age_s)
    return path


async def run_id_of(service: Service, name: str) -> UUID:
    """The key of a run."""
    async with service.database.connection() as connection:
        found: UUID = await connection._raw.fetchval("SELECT run_id FROM runs WHERE name = $1", name)
    return found


async def upload_url(service: Service, run: str, name: str, project: str = "p") -> str:
    """Leave to upload a file."""
    answer = await service.graphql(CREATE_FILES, project=project, run=run, names=[name])
    url: str = answer.data["createRunFiles"]["files"][0]["uploadUrl"]
    return url


async def download_url(service: Service, run: str, name: str) -> str:
    """Where to read a file."""
    answer = await service.graphql(FILES, run=run)
    urls = {edge["node"]["name"]: edge["node"]["directUrl"] for edge in answer.data["project"]["run"]["files"]["edges"]}
    url: str = urls[name]
    return url


async def upload(service: Service, run: str, name: str, content: bytes = b"content") -> httpx.Response:
    """Upload a file of a run."""
    return await service.http.put(await upload_url(service, run, name), content=content)


async def contents(service: Service, run: str) -> dict[str, bytes]:
    """What a reader gets of the run's files."""
    answer = await service.graphql(FILES, run=run)
    files = [edge["node"] for edge in answer.data["project"]["run"]["files"]["edges"]]
    return {file["name"]: (await service.http.get(file["directUrl"])).content for file in files}


async def metrics(service: Service) -> dict[str, float]:
    """The samples of /metrics."""
    response = await service.http.get("/metrics", headers=service.headers("ada"))
    samples = [line.rpartition(" ") for line in response.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in samples}
