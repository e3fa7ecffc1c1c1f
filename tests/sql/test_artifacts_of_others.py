"""Another tenant's artifact looks exactly like one that does not exist, whatever it is asked for by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from runfolio_server.actions.artifacts.aliases import add_aliases, delete_aliases
from runfolio_server.actions.artifacts.changing import update_artifact, update_collection
from runfolio_server.actions.artifacts.committing import commit_artifact
from runfolio_server.actions.artifacts.deleting import delete_artifact, delete_collection
from runfolio_server.actions.artifacts.found import (
    checked_artifact,
    visible_artifact,
    visible_client_id,
    visible_version,
)
from runfolio_server.actions.artifacts.links import link_artifact, unlink_artifact
from runfolio_server.actions.artifacts.making import artifact_project
from runfolio_server.actions.artifacts.uploading import (
    AskedFile,
    NewManifest,
    ask_for_uploads,
    put_manifest,
    update_manifest,
)
from runfolio_server.actions.artifacts.uses import use_artifact
from runfolio_server.domain.artifact_state import ManifestType
from runfolio_server.domain.permission import Permission
from runfolio_server.errors import AppError
from runfolio_server.sql.artifacts.artifacts import COUNT_VISIBLE_ARTIFACTS, SELECT_VISIBLE_ARTIFACTS, ArtifactRow
from runfolio_server.sql.artifacts.collections import SELECT_VISIBLE_COLLECTIONS
from runfolio_server.sql.artifacts.memberships import (
    SELECT_MEMBERSHIPS_OF_ARTIFACTS,
    SELECT_NEWEST_MEMBERSHIPS,
)
from runfolio_server.sql.artifacts.types import SELECT_VISIBLE_ARTIFACT_TYPES
from runfolio_server.sql.artifacts.uses import SELECT_USES_OF_ARTIFACTS
from runfolio_server.sql.pool import Database
from tests.sql.artifact_world import Person, make_person, manifest_of, md5

NO_ID = 2**50
Ids = Mapping[str, int]


@pytest.fixture
async def people(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Person, Person]:
    number = abs(hash(request.node.name))
    return await make_person(database, tmp_path, f"ann{number}"), await make_person(database, tmp_path, f"eve{number}")


async def _all_of(ann: Person) -> tuple[ArtifactRow, dict[str, int]]:
    """A committed artifact, and the ids of everything around it; nothing of it is anybody else's."""
    artifact = await ann.log({"a": b"1"}, client_id="committed")
    pending = await ann.create({"a": b"2"}, client_id="pending")
    manifest_id = await ann.manifest(pending.artifact_id, manifest_of({"a": b"2"}))
    linked = await link_artifact(ann.database, ann.viewer, artifact.artifact_id, ann.project, "best")
    assert linked.membership is not None
    return artifact, {
        "artifact": artifact.artifact_id,
        "pending": pending.artifact_id,
        "manifest": manifest_id,
        "sequence": artifact.collection_id,
        "portfolio": linked.collection_id,
        "type": artifact.type_id,
    }


WRITES: dict[str, Callable[[Person, Ids], Awaitable[Any]]] = {
    "use": lambda eve, ids: use_artifact(eve.database, eve.viewer, ids["artifact"], eve.run_id),
    "link": lambda eve, ids: link_artifact(eve.database, eve.viewer, ids["artifact"], eve.project, "mine"),
    "link a pending one": lambda eve, ids: link_artifact(eve.database, eve.viewer, ids["pending"], eve.project, "m"),
    "unlink": lambda eve, ids: unlink_artifact(eve.database, eve.viewer, ids["artifact"], ids["portfolio"]),
    "delete": lambda eve, ids: delete_artifact(eve.database, eve.viewer, ids["artifact"], delete_aliases=True),
    "delete collection": lambda eve, ids: delete_collection(eve.database, eve.viewer, ids["sequence"]),
    "update": lambda eve, ids: update_artifact(eve.database, eve.viewer, ids["artifact"], description="x"),
    "update collection": lambda eve, ids: update_collection(eve.database, eve.viewer, ids["sequence"], name="x"),
    "add aliases": lambda eve, ids: add_aliases(eve.database, eve.viewer, ids["artifact"], {ids["sequence"]: ["x"]}),
    "delete aliases": lambda eve, ids: delete_aliases(
        eve.database, eve.viewer, ids["artifact"], {ids["sequence"]: ["latest"]}
    ),
    "commit": lambda eve, ids: commit_artifact(eve.database, eve.store, eve.viewer, ids["pending"]),
    "files": lambda eve, ids: ask_for_uploads(eve.database, eve.viewer, [AskedFile(ids["pending"], "a", md5(b"2"))]),
    "manifest": lambda eve, ids: put_manifest(
        eve.database, eve.viewer, ids["pending"], NewManifest("m.json", ManifestType.FULL, "")
    ),
    "update manifest": lambda eve, ids: update_manifest(eve.database, eve.viewer, ids["manifest"], ""),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
async def test_a_write_on_what_another_has_fails_as_on_what_is_not_there(
    people: tuple[Person, Person], write: Callable[[Person, Ids], Awaitable[Any]]
) -> None:
    ann, eve = people
    _, ids = await _all_of(ann)

    told = [await _error(write(eve, mapping)) for mapping in (ids, dict.fromkeys(ids, NO_ID))]

    assert told[0] == told[1]
    assert {"latest": 0} == await ann.aliases(ids["sequence"])
    assert 0 == await ann.count("SELECT count(*) FROM artifact_use WHERE run_id = $1", eve.run_id)


async def test_no_read_finds_what_another_has(people: tuple[Person, Person]) -> None:
    ann, eve = people
    artifact, ids = await _all_of(ann)
    await eve.log({"a": b"9"}, "own")
    await use_artifact(ann.database, ann.viewer, artifact.artifact_id, ann.run_id)

    async with eve.database.connection() as connection:
        for permission in Permission:
            assert await visible_artifact(connection, eve.viewer, permission, ids["artifact"]) is None
        for client_id in ("committed", "pending"):
            assert await visible_client_id(connection, eve.viewer, client_id) is None
            assert await visible_client_id(connection, ann.viewer, client_id) is not None
        # Even by who has got hold of the project's id.
        for name in ("data", "data:v0", "data:latest", "best:v0"):
            assert await visible_version(connection, eve.viewer, ann.project.project_id, name) is None
        listed = [
            await connection.rows(SELECT_VISIBLE_ARTIFACTS, [ids["artifact"]], eve.viewer, None, 10),
            await connection.rows(SELECT_VISIBLE_COLLECTIONS, [ids["sequence"]], eve.viewer),
            await connection.rows(SELECT_MEMBERSHIPS_OF_ARTIFACTS, [ids["artifact"]], eve.viewer),
            await connection.rows(SELECT_NEWEST_MEMBERSHIPS, [ids["sequence"]], eve.viewer),
            await connection.rows(SELECT_VISIBLE_ARTIFACT_TYPES, [ids["type"]], eve.viewer),
            await connection.rows(SELECT_USES_OF_ARTIFACTS, [ids["artifact"]], None, eve.viewer, 10),
        ]
        counted = await connection.row(COUNT_VISIBLE_ARTIFACTS, [ids["artifact"]], eve.viewer, None)
        with pytest.raises(AppError, match="no artifact of this id"):
            await checked_artifact(connection, eve.viewer, Permission.READ, ids["artifact"], path="input.artifactId")

    assert [[]] * len(listed) == listed
    assert counted is not None
    assert 0 == counted.count


async def test_nothing_tells_that_another_entity_has_the_same_bytes_or_client_ids(
    people: tuple[Person, Person],
) -> None:
    ann, eve = people
    first = await ann.log({"a": b"secret"}, client_id="same", sequence_client_id="same sequence")

    second = await eve.create({"a": b"secret"}, client_id="same", sequence_client_id="same sequence")

    assert ("PENDING", True) == (second.state, second.artifact_id != first.artifact_id)
    (taken,) = await eve.ask(second.artifact_id, {"a": b"secret"})
    assert (None, second.artifact_id) == (taken.stored, taken.birth_artifact_id)
    await eve.manifest(second.artifact_id, manifest_of({"a": b"secret"}))
    with pytest.raises(AppError, match="1 files of the artifact have not been uploaded"):
        await eve.commit(second.artifact_id)
    assert first.artifact_id == (await ann.create({"a": b"secret"}, client_id="same")).artifact_id


async def test_nobody_logs_to_a_project_of_another_entity(people: tuple[Person, Person]) -> None:
    ann, eve = people

    told = [
        await _error(artifact_project(eve.database, eve.viewer, entity, "p"))
        for entity in (ann.viewer.username, "none")
    ]

    assert told[0].replace(ann.viewer.username, "none") == told[1]


async def _error(doing: Awaitable[Any]) -> str:
    with pytest.raises(AppError) as raised:
        await doing
    return f"{type(raised.value).__name__}: {raised.value.message} {raised.value.path}"
