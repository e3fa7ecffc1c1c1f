"""Artifacts as rows, for tests of their bytes."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from uuid import UUID

from runfolio_server.actions.artifacts.stored_bytes import upload_of_digest
from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.objects.signing import DownloadGrant, UrlSigner
from tests.service import BASE_URL, Service


def md5_of(content: bytes) -> str:
    """The digest of an entry."""
    return base64.b64encode(hashlib.md5(content).digest()).decode()


@dataclass(frozen=True)
class RowArtifact:
    """A pending artifact of a user's own entity."""

    service: Service
    entity_id: int
    artifact_id: int
    key_id: UUID | None

    async def awaits(self, *digests: str) -> None:
        """It says which bytes it will bring."""
        for digest in digests:
            await _value(
                self.service,
                "INSERT INTO artifact_upload (artifact_id, entity_id, digest) VALUES ($1, $2, $3)"
                " ON CONFLICT DO NOTHING RETURNING artifact_id",
                self.artifact_id,
                self.entity_id,
                digest,
            )

    def upload_url(self, content: bytes, name: str = "a.bin") -> str:
        """Where to send these bytes."""
        signer: UrlSigner = self.service.app.state.url_signer
        return signer.upload_url(BASE_URL, upload_of_digest(self.entity_id, md5_of(content), name, self.key_id))

    async def commit(self, **entries: bytes) -> None:
        """It has these entries, and waits for nothing more."""
        for path, content in entries.items():
            await _value(
                self.service,
                "INSERT INTO artifact_entry (artifact_id, path, digest, size, object_id)"
                " SELECT $1, $2, o.digest, o.size, o.object_id FROM entity_object AS o"
                " WHERE o.entity_id = $3 AND o.digest = $4 RETURNING artifact_id",
                self.artifact_id,
                path,
                self.entity_id,
                md5_of(content),
            )
        await _value(
            self.service,
            "UPDATE artifact SET state = 'COMMITTED', version_index = 0 WHERE artifact_id = $1 RETURNING 1",
            self.artifact_id,
        )
        await self.waits_for_nothing()

    async def waits_for_nothing(self) -> None:
        """What it has not brought by now it will not."""
        await _value(self.service, "DELETE FROM artifact_upload WHERE artifact_id = $1 RETURNING 1", self.artifact_id)

    async def delete(self, *, is_emptied: bool = False) -> None:
        """It is gone for readers; emptied: its entries too."""
        await _value(
            self.service,
            "UPDATE artifact SET state = 'DELETED' WHERE artifact_id = $1 RETURNING 1",
            self.artifact_id,
        )
        if is_emptied:
            await _value(self.service, "DELETE FROM artifact_entry WHERE artifact_id = $1", self.artifact_id)

    async def download_url(self, content: bytes, name: str = "a.bin") -> str:
        """Where to read these bytes by it."""
        signer: UrlSigner = self.service.app.state.url_signer
        key = ObjectKey.parse(await self.object_key(content))
        return signer.download_url(BASE_URL, DownloadGrant(key, name, self.artifact_id, self.key_id))

    async def object_key(self, content: bytes) -> str:
        """Where the entity has these bytes; empty: nowhere."""
        found: str | None = await _value(
            self.service,
            "SELECT object_key FROM entity_object WHERE entity_id = $1 AND digest = $2",
            self.entity_id,
            md5_of(content),
        )
        return found or ""


async def pending_artifact(service: Service, name: str, user: str = "ada") -> RowArtifact:
    """A pending artifact in a collection of this name."""
    await service.start_run("artifacts", "artifacts", user)
    project, entity, by = await _row(
        service,
        "SELECT p.project_id, p.entity_id, p.created_by FROM projects AS p JOIN entities AS e USING (entity_id)"
        " WHERE p.name = 'artifacts' AND e.name = $1",
        user,
    )
    kind = await _value(
        service,
        "INSERT INTO artifact_type (project_id, name) VALUES ($1, 'model')"
        " ON CONFLICT (project_id, name) DO UPDATE SET name = 'model' RETURNING type_id",
        project,
    )
    collection = await _value(
        service,
        "INSERT INTO artifact_collection (project_id, type_id, kind, name, created_by)"
        " VALUES ($1, $2, 'sequence', $3, $4) RETURNING collection_id",
        project,
        kind,
        name,
        by,
    )
    artifact_id = await _value(
        service,
        "INSERT INTO artifact (collection_id, digest, created_by) VALUES ($1, 'x', $2) RETURNING artifact_id",
        collection,
        by,
    )
    return RowArtifact(service, entity, artifact_id, (await service.viewer(user)).key_id)


async def _value(service: Service, sql: str, *arguments: object):  # type: ignore[no-untyped-def]
    async with service.database.connection() as connection:
        return await connection._raw.fetchval(sql, *arguments)


async def _row(service: Service, sql: str, *arguments: object) -> tuple[int, ...]:
    async with service.database.connection() as connection:
        found = await connection._raw.fetchrow(sql, *arguments)
    assert found
    return tuple(found)
