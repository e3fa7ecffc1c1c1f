"""Artifacts logged step by step against the actions, as a client does it: for tests of rows and bytes."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from runfolio_server.actions.artifacts.committing import commit_artifact
from runfolio_server.actions.artifacts.found import FoundVersion, visible_version
from runfolio_server.actions.artifacts.making import NewArtifact, create_artifact
from runfolio_server.actions.artifacts.uploading import AskedFile, NewManifest, TakenFile, ask_for_uploads, put_manifest
from runfolio_server.domain.artifact_state import ManifestType
from runfolio_server.domain.manifest import digest_of
from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import entity_owner
from runfolio_server.domain.viewer import Viewer
from runfolio_server.objects.open_store import open_store
from runfolio_server.objects.store import ObjectStore
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.memberships import SELECT_ALIASES, SELECT_OLDEST_MEMBERSHIPS_PAGE
from runfolio_server.sql.artifacts.objects import STORE_ENTITY_OBJECT
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import Database
from runfolio_server.sql.projects.projects import ProjectRow


class PersonRow(msgspec.Struct, frozen=True):
    """Whom the statement below makes, their project, and a run there."""

    user_id: int
    entity_id: int
    project_id: int


MAKE_PERSON = Query(
    "make_person",
    """
    WITH entity AS (INSERT INTO entities (name) VALUES ($1) RETURNING entity_id),
    person AS (INSERT INTO users (entity_id) SELECT entity_id FROM entity RETURNING user_id),
    project AS (
      INSERT INTO projects (entity_id, name, created_by) SELECT entity_id, 'p', user_id FROM entity, person
      RETURNING project_id
    ),
    run AS (
      INSERT INTO runs (run_id, project_id, name, display_name, state, created_by)
      SELECT $2, project_id, 'r', 'r', 'running', user_id FROM project, person
    )
    SELECT user_id, entity_id, project_id FROM person, entity, project
    """,
    PersonRow,
)

Files = Mapping[str, bytes]


def md5(content: bytes) -> str:
    """As manifests spell it."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def manifest_of(files: Files, refs: Mapping[str, str] | None = None) -> bytes:
    """The manifest of files, and of references by their URL."""
    contents: dict[str, dict[str, Any]] = {
        path: {"digest": md5(content), "size": len(content)} for path, content in files.items()
    }
    contents |= {path: {"digest": ref, "ref": ref, "size": 7} for path, ref in (refs or {}).items()}
    return json.dumps({"version": 1, "contents": contents}).encode()


@dataclass(slots=True)
class Person:
    """Somebody with a project and a run, who logs artifacts; `uploaded` are the digests of the bytes brought."""

    database: Database
    store: ObjectStore
    viewer: Viewer
    project: ProjectRow
    run_id: UUID
    uploaded: list[str] = field(default_factory=list)

    async def create(self, files: Files, name: str = "data", **more: Any) -> ArtifactRow:
        given: dict[str, Any] = {"aliases": ["latest"], "run_id": self.run_id, **more}
        digest = given.pop("digest", None) or digest_of((path, md5(content)) for path, content in files.items())
        new = NewArtifact(name, given.pop("type_name", "dataset"), digest, **given)
        return await create_artifact(self.database, self.viewer, self.project, new, ("here",))

    async def manifest(
        self, artifact_id: int, raw: bytes, kind: ManifestType = ManifestType.FULL, base: int | None = None
    ) -> int:
        """Take the manifest, tell its digest and upload it; its id."""
        new = NewManifest("manifest.json", kind, md5(raw), base)
        taken = await put_manifest(self.database, self.viewer, artifact_id, new)
        if taken.stored is None:
            await self.upload(raw)
        return taken.manifest_id

    async def upload(self, content: bytes) -> str | None:
        """Bring bytes, as the door for uploads does; the key by which they are found."""
        entity_id = self.viewer.entity_id
        key = ObjectKey.fresh(entity_owner(entity_id))
        await self.store.put(str(key), _chunks(content), max_bytes=2**30)
        async with self.database.connection() as connection:
            row = await connection.row(
                STORE_ENTITY_OBJECT, entity_id, key.owner.id, md5(content), str(key), len(content)
            )
        assert row is not None
        self.uploaded.append(md5(content))
        return row.object_key

    async def ask(self, artifact_id: int, files: Files) -> list[TakenFile]:
        asked = [AskedFile(artifact_id, path, md5(content)) for path, content in files.items()]
        return await ask_for_uploads(self.database, self.viewer, asked)

    async def bring(self, artifact_id: int, files: Files) -> None:
        for taken in await self.ask(artifact_id, files):
            if taken.stored is None:
                await self.upload(files[taken.asked.name])

    async def commit(self, artifact_id: int) -> ArtifactRow:
        return await commit_artifact(self.database, self.store, self.viewer, artifact_id)

    async def log(
        self, files: Files, name: str = "data", refs: Mapping[str, str] | None = None, **more: Any
    ) -> ArtifactRow:
        """All steps of a client; the artifact, new or the one that has the same content."""
        artifact = await self.create(files, name, **more)
        if artifact.state == "COMMITTED":
            return artifact
        await self.bring(artifact.artifact_id, files)
        await self.manifest(artifact.artifact_id, manifest_of(files, refs))
        return await self.commit(artifact.artifact_id)

    async def find(self, name: str, project_id: int | None = None) -> FoundVersion | None:
        async with self.database.connection() as connection:
            return await visible_version(connection, self.viewer, project_id or self.project.project_id, name)

    async def versions(self, collection_id: int) -> list[int]:
        async with self.database.connection() as connection:
            rows = await connection.rows(SELECT_OLDEST_MEMBERSHIPS_PAGE, collection_id, self.viewer, None, 10_000)
        return [row.version_index for row in rows]

    async def aliases(self, collection_id: int) -> dict[str, int]:
        """The version index of each alias."""
        async with self.database.connection() as connection:
            rows = await connection.rows(SELECT_OLDEST_MEMBERSHIPS_PAGE, collection_id, self.viewer, None, 10_000)
            indexes = {row.membership_id: row.version_index for row in rows}
            found = await connection.rows(SELECT_ALIASES, list(indexes))
        return {row.alias: indexes[row.membership_id] for row in found}

    async def count(self, sql: str, *arguments: object) -> int:
        """What a statement of the test's own counts."""
        async with self.database.connection() as connection:
            (row,) = await connection.rows(Query("count_of_test", sql, CountedRow), *arguments)
        return row.count


class CountedRow(msgspec.Struct, frozen=True):
    """A number."""

    count: int


async def make_person(database: Database, directory: Path, name: str) -> Person:
    """Somebody with an entity of this name, a project `p` and a run."""
    run_id = uuid4()
    async with database.connection() as connection:
        row = await connection.row(MAKE_PERSON, name, run_id)
        assert row is not None
    now = datetime.now(UTC)
    viewer = Viewer(row.user_id, row.entity_id, name, None, is_admin=False, created_at=now)
    project = ProjectRow(row.project_id, row.entity_id, "p", None, row.user_id, now, "private")
    return Person(database, open_store(directory), viewer, project, run_id)


async def _chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
