"""What a pending artifact will hold: its manifests read from the store, and joined where it is brought in parts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from runfolio_server.actions.artifacts.uploading import whole_manifest_name
from runfolio_server.domain.artifact_state import ManifestType
from runfolio_server.domain.manifest import MANIFEST_MAX_BYTES, Manifest, merge_manifests, parse_manifest
from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import entity_owner
from runfolio_server.errors import AppError, TooLarge
from runfolio_server.heavy_threads import in_thread
from runfolio_server.objects.store import ObjectStore
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.committing import SELECT_UPLOADED_MANIFESTS, UploadedManifestRow
from runfolio_server.sql.artifacts.manifests import SELECT_CURRENT_MANIFESTS
from runfolio_server.sql.pool import Connection


@dataclass(frozen=True, slots=True)
class MadeManifest:
    """A manifest that was joined here: its file, stored under a fresh key and in no row yet."""

    name: str
    digest: str
    object_key: str
    size: int


@dataclass(frozen=True, slots=True)
class Content:
    """The entries of an artifact; `made` is the manifest that has them, None: the only one that was uploaded."""

    manifest: Manifest
    made: MadeManifest | None


async def read_sources(connection: Connection, artifact: ArtifactRow, path: str) -> list[UploadedManifestRow]:
    """The manifests that make up the artifact, in the order in which they are joined: a full one alone, or parts.

    What they add to, where it is told, comes first, as a full one. Raises AppError when none was uploaded, when the
    bytes of one have not come, and when the base is gone. Patches whose bytes have not come do not count: their
    writers have not been told that they are in.
    """
    uploaded = await connection.rows(SELECT_UPLOADED_MANIFESTS, artifact.artifact_id, artifact.entity_id)
    by_type = {kind: [row for row in uploaded if row.type == kind] for kind in ManifestType}
    # Beside parts a full one was made of them, by a commit that did not come to its end.
    sources = by_type[ManifestType.INCREMENTAL] or by_type[ManifestType.FULL]
    if by_type[ManifestType.PATCH]:
        sources = [row for row in by_type[ManifestType.PATCH] if row.object_key is not None]
    if not sources or sources[0].object_key is None:
        raise AppError(
            "The artifact's manifest has not been uploaded; upload it, and then commit the artifact.", path=path
        )
    if sources[0].type == ManifestType.FULL:
        return sources
    base_id = next((row.base_artifact_id for row in sources if row.base_artifact_id is not None), None)
    if base_id is None:
        return sources
    current = await connection.rows(SELECT_CURRENT_MANIFESTS, [base_id])
    if not current:
        raise AppError("The artifact that this one adds to has been deleted; log all files again.", path=path)
    base = UploadedManifestRow(
        current[0].manifest_id, current[0].name, ManifestType.FULL, current[0].digest, None, current[0].object_key
    )
    return [base, *sources]


async def read_content(
    store: ObjectStore, entity_id: int, sources: Sequence[UploadedManifestRow], path: str
) -> Content:
    """The entries of these manifests. Parts are joined to a manifest of our own, which is put into the store.

    Raises AppError for a manifest that is none, TooLarge for one over a limit.
    """
    manifests = [await in_thread(parse_manifest, await _bytes(store, source, path)) for source in sources]
    if len(sources) == 1 and sources[0].type == ManifestType.FULL:
        return Content(manifests[0], None)
    merged = await in_thread(merge_manifests, manifests)
    raw = await in_thread(merged.dump)
    key = str(ObjectKey.fresh(entity_owner(entity_id)))
    digest = base64.b64encode(hashlib.md5(raw, usedforsecurity=False).digest()).decode("ascii")
    await store.put(key, _once(raw), max_bytes=len(raw))
    return Content(merged, MadeManifest(whole_manifest_name(sources[-1].name), digest, key, len(raw)))


async def _bytes(store: ObjectStore, source: UploadedManifestRow, path: str) -> bytes:
    key = source.object_key or ""
    size = await store.size(key)
    if size is None:
        raise AppError("The bytes of the artifact's manifest are gone; log the artifact again.", path=path)
    if size > MANIFEST_MAX_BYTES:
        raise TooLarge(f"The manifest has {size} bytes; allowed: {MANIFEST_MAX_BYTES}")
    return b"".join([part async for part in await store.get_range(key, 0, size)]) if size else b""


async def _once(raw: bytes) -> AsyncIterator[bytes]:
    yield raw
