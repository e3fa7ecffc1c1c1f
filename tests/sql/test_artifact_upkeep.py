"""What the worker does about artifacts: what is over time goes, and so do uploads that were given up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from runfolio_server.actions.artifacts.deleting import delete_artifact
from runfolio_server.actions.artifacts.links import link_artifact
from runfolio_server.actions.runs.deletion import mark_deleted
from runfolio_server.domain.artifact_state import ManifestType
from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.pool import Database
from runfolio_server.worker.artifact_upkeep import ABANDONED_DAYS, keep_artifacts_once
from runfolio_server.worker.entity_objects import forget_unused_digests
from runfolio_server.worker.purge import purge_once
from tests.sql.artifact_world import Person, make_person, manifest_of, md5

AGE = Query(
    "age_artifact",
    "UPDATE artifact SET expires_at = expires_at - $2::interval, updated_at = updated_at - $2 WHERE artifact_id = $1",
    NoRow,
)
BEGIN_PURGE_OF_PROJECT = Query(
    "begin_purge_of_this", "UPDATE projects SET deleted_at = now(), purge_began_at = now() WHERE project_id = $1", NoRow
)
AGE_OBJECTS = Query("age_objects", "UPDATE entity_object SET stored_at = stored_at - interval '2 days'", NoRow)


class DigestRow(msgspec.Struct, frozen=True):
    """Of an object."""

    digest: str


STORED = Query("select_stored", "SELECT digest FROM entity_object WHERE entity_id = $1", DigestRow)


@pytest.fixture
async def ada(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Person:
    return await make_person(database, tmp_path, f"ada{abs(hash(request.node.name))}")


async def _age(person: Person, artifact_id: int, **by: float) -> None:
    async with person.database.connection() as connection:
        await connection.execute(AGE, artifact_id, timedelta(**by))


async def _stored(person: Person) -> set[str]:
    """The digests that are stored after everything that is due has been done."""
    await keep_artifacts_once(person.database)
    async with person.database.connection() as connection:
        await connection.execute(AGE_OBJECTS)
    await forget_unused_digests(person.database)
    async with person.database.connection() as connection:
        return {row.digest for row in await connection.rows(STORED, person.viewer.entity_id)}


async def test_what_is_over_its_time_goes_with_its_aliases_and_links_and_the_rest_stays(ada: Person) -> None:
    kept = await ada.log({"a": b"kept"}, ttl_seconds=0)
    due = await ada.log({"a": b"due"}, ttl_seconds=60)
    await link_artifact(ada.database, ada.viewer, due.artifact_id, ada.project, "best")
    await keep_artifacts_once(ada.database)
    assert [0, 1] == await ada.versions(kept.collection_id)

    await _age(ada, due.artifact_id, seconds=61)

    assert 1 == await keep_artifacts_once(ada.database)
    assert 0 == await keep_artifacts_once(ada.database)
    assert {"latest": 0} == await ada.aliases(kept.collection_id)
    assert await ada.find("best") is None


async def test_an_upload_that_was_given_up_goes_and_one_that_goes_on_stays(ada: Person) -> None:
    given_up = await ada.create({"a": b"1"}, client_id="c")
    goes_on = await ada.create({"a": b"2"})
    for artifact in (given_up, goes_on):
        await ada.bring(artifact.artifact_id, {"a": b"1"})
        await _age(ada, artifact.artifact_id, days=ABANDONED_DAYS, minutes=1)
    await ada.ask(goes_on.artifact_id, {"a": b"2"})

    assert 1 == await keep_artifacts_once(ada.database)

    again = await ada.create({"a": b"1"}, client_id="c")
    assert ("PENDING", True) == (again.state, again.artifact_id != given_up.artifact_id)
    await ada.bring(goes_on.artifact_id, {"a": b"2"})
    await ada.manifest(goes_on.artifact_id, manifest_of({"a": b"2"}))
    assert 0 == (await ada.commit(goes_on.artifact_id)).version_index


async def test_bytes_go_when_no_artifact_has_them_any_more(ada: Person) -> None:
    first, second = {"a": b"only first", "b": b"both"}, {"b": b"both", "c": b"only second"}
    one = await ada.log(first)
    await ada.log(second)
    pending = await ada.create({"p": b"pending"})
    await ada.bring(pending.artifact_id, {"p": b"pending"})
    # What was uploaded for a commit, and is in no manifest.
    of_second = {md5(b"both"), md5(b"only second"), md5(manifest_of(second)), md5(b"pending")}
    assert of_second | {md5(b"only first"), md5(manifest_of(first))} == await _stored(ada)

    await delete_artifact(ada.database, ada.viewer, one.artifact_id)

    assert of_second == await _stored(ada)
    assert 0 == await ada.count("SELECT count(*) FROM artifact_entry WHERE artifact_id = $1", one.artifact_id)
    await _age(ada, pending.artifact_id, days=ABANDONED_DAYS, minutes=1)
    assert of_second - {md5(b"pending")} == await _stored(ada)


async def test_bytes_that_an_upload_relies_on_stay_though_their_artifact_is_deleted(ada: Person) -> None:
    old = await ada.log({"a": b"shared"})
    fresh = await ada.create({"b": b"shared"})
    (taken,) = await ada.ask(fresh.artifact_id, {"b": b"shared"})
    assert taken.stored is not None
    assert old.artifact_id == taken.birth_artifact_id
    await delete_artifact(ada.database, ada.viewer, old.artifact_id, delete_aliases=True)

    assert md5(b"shared") in await _stored(ada)

    await ada.manifest(fresh.artifact_id, manifest_of({"b": b"shared"}))
    assert 1 == (await ada.commit(fresh.artifact_id)).version_index
    assert md5(b"shared") in await _stored(ada)


async def test_parts_that_were_joined_are_not_kept(ada: Person) -> None:
    base = await ada.log({"a": b"1"})
    artifact = await ada.create({"b": b"2"}, distributed_id="d")
    await ada.bring(artifact.artifact_id, {"b": b"2"})
    part = manifest_of({"b": b"2"})
    await ada.manifest(artifact.artifact_id, part, ManifestType.PATCH, base.artifact_id)

    committed = await ada.commit(artifact.artifact_id)

    assert 2 == committed.file_count
    assert md5(part) not in await _stored(ada)
    assert 1 == await ada.count("SELECT count(*) FROM artifact_manifest WHERE artifact_id = $1", artifact.artifact_id)


@pytest.mark.parametrize("with_artifacts", [True, False])
async def test_a_run_that_was_deleted_with_its_artifacts_takes_them_when_it_is_purged(
    ada: Person, *, with_artifacts: bool
) -> None:
    mine = await ada.log({"a": b"mine"}, aliases=["latest", "best"])
    other = await ada.log({"a": b"other"}, run_id=None)
    async with ada.database.transaction() as connection:
        await mark_deleted(connection, ada.viewer.user_id, [ada.run_id], with_artifacts=with_artifacts)
    assert [0, 1] == await ada.versions(mine.collection_id)

    await purge_once(ada.database, 0)

    assert ([1] if with_artifacts else [0, 1]) == await ada.versions(other.collection_id)


async def test_the_artifacts_of_a_project_go_when_it_cannot_come_back(ada: Person) -> None:
    artifact = await ada.log({"a": b"1"})
    assert 0 == await keep_artifacts_once(ada.database)
    async with ada.database.connection() as connection:
        await connection.execute(BEGIN_PURGE_OF_PROJECT, ada.project.project_id)

    assert 1 == await keep_artifacts_once(ada.database)

    assert set() == await _stored(ada)
    assert 0 == await ada.count("SELECT count(*) FROM artifact_entry WHERE artifact_id = $1", artifact.artifact_id)
