"""Artifacts by what callers name: an id, `name:alias`, or the id that a client has invented.

What the viewer may not see looks exactly like what is not there, and so does an artifact that is not committed:
`visible_…` gives None, `checked_…` raises NotFound. The id of an artifact whose commit found a version with the same
content leads to that version: callers go on with the id of the row.
"""

from __future__ import annotations

from dataclasses import dataclass

from runfolio_server.actions.access import SHOWN_CHARACTERS, missing
from runfolio_server.domain.artifact_names import VersionName, parse_version_name
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.sql.artifacts.artifacts import (
    SELECT_CLIENT_ID,
    SELECT_VISIBLE_ARTIFACT,
    SELECT_WRITTEN_ARTIFACT,
    ArtifactRow,
    ClientIdRow,
)
from runfolio_server.sql.artifacts.collections import (
    SELECT_COLLECTION_BY_NAME,
    SELECT_VISIBLE_COLLECTION,
    CollectionRow,
)
from runfolio_server.sql.artifacts.committing import LOCK_ARTIFACTS
from runfolio_server.sql.artifacts.memberships import (
    SELECT_MEMBERSHIP_BY_ALIAS,
    SELECT_MEMBERSHIP_BY_VERSION,
    MembershipRow,
)
from runfolio_server.sql.pool import Connection


@dataclass(frozen=True, slots=True)
class FoundVersion:
    """A version by its name: its place in the collection, and the collection."""

    membership: MembershipRow
    collection: CollectionRow


async def visible_version(
    connection: Connection, viewer: Viewer, project_id: int, name: str | VersionName
) -> FoundVersion | None:
    """What `name:alias`, `name:v3` or `name` (the latest) leads to in a project that the viewer has seen."""
    found = parse_version_name(name) if isinstance(name, str) else name
    collection = await connection.row(SELECT_COLLECTION_BY_NAME, project_id, found.collection)
    if collection is None:
        return None
    membership = await visible_membership(connection, viewer, collection.collection_id, found.alias)
    return None if membership is None else FoundVersion(membership, collection)


async def visible_membership(
    connection: Connection, viewer: Viewer, collection_id: int, alias: str
) -> MembershipRow | None:
    """The version of this alias, or of the name `v3`, in a collection that the viewer has seen."""
    version_index = VersionName("", alias).version_index
    if version_index is None:
        return await connection.row(SELECT_MEMBERSHIP_BY_ALIAS, collection_id, alias, viewer)
    return await connection.row(SELECT_MEMBERSHIP_BY_VERSION, collection_id, version_index, viewer)


async def visible_artifact(
    connection: Connection, viewer: Viewer, permission: Permission, artifact_id: int
) -> ArtifactRow | None:
    """The committed artifact of this id, if the viewer may do this with it."""
    return await connection.row(SELECT_VISIBLE_ARTIFACT[permission], artifact_id, viewer)


async def checked_artifact(
    connection: Connection, viewer: Viewer, permission: Permission, artifact_id: int, *, path: str
) -> ArtifactRow:
    """The committed artifact of this id. Raises NotFound when there is none with which the viewer may do this."""
    artifact = await visible_artifact(connection, viewer, permission, artifact_id)
    if artifact is None:
        raise missing("artifact of this id", permission, path)
    return artifact


async def checked_written_artifact(
    connection: Connection, viewer: Viewer, permission: Permission, artifact_id: int, *, path: str
) -> ArtifactRow:
    """The artifact of this id in any state, for who writes it. Raises NotFound unless the viewer may do this."""
    artifact = await connection.row(SELECT_WRITTEN_ARTIFACT[permission], artifact_id, viewer)
    if artifact is None:
        raise missing("artifact of this id", permission, path)
    return artifact


async def held_artifact(
    connection: Connection, viewer: Viewer, permission: Permission, artifact_id: int, *, path: str
) -> ArtifactRow:
    """The same, held until the transaction ends, as it is then. Nobody holds what they may not change."""
    artifact = await checked_written_artifact(connection, viewer, permission, artifact_id, path=path)
    await connection.rows(LOCK_ARTIFACTS, [artifact.artifact_id])
    held = await checked_written_artifact(connection, viewer, permission, artifact_id, path=path)
    if held.artifact_id != artifact.artifact_id:
        # Meanwhile a commit has found that it is another version, which stays.
        await connection.rows(LOCK_ARTIFACTS, [held.artifact_id])
        held = await checked_written_artifact(connection, viewer, permission, artifact_id, path=path)
    return held


async def checked_collection(
    connection: Connection, viewer: Viewer, permission: Permission, collection_id: int, *, path: str
) -> CollectionRow:
    """The collection of this id. Raises NotFound when there is none with which the viewer may do this."""
    collection = await connection.row(SELECT_VISIBLE_COLLECTION[permission], collection_id, viewer)
    if collection is None:
        raise missing("artifact collection of this id", permission, path)
    return collection


async def checked_collection_of_name(
    connection: Connection, project_id: int, name: str, permission: Permission, *, path: str
) -> CollectionRow:
    """The collection of this name in a project with which the viewer may do this. Raises NotFound when it has none."""
    collection = await connection.row(SELECT_COLLECTION_BY_NAME, project_id, name)
    if collection is None:
        raise missing(f"artifact collection {name[:SHOWN_CHARACTERS]!r}", permission, path)
    return collection


async def visible_client_id(connection: Connection, viewer: Viewer, client_id: str) -> ClientIdRow | None:
    """What an id that a client has invented stands for, if the viewer may read it; a pending artifact, too."""
    return await connection.row(SELECT_CLIENT_ID, client_id, viewer)
