"""Two uploads of the same content at the same moment become one version, which both of their ids lead to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runfolio_server.actions.artifacts.aliases import add_aliases
from runfolio_server.actions.artifacts.changing import update_artifact
from runfolio_server.actions.artifacts.deleting import delete_artifact
from runfolio_server.actions.artifacts.found import visible_artifact
from runfolio_server.actions.artifacts.links import link_artifact
from runfolio_server.actions.artifacts.uses import use_artifact
from runfolio_server.domain.artifact_state import ManifestType
from runfolio_server.domain.permission import Permission
from runfolio_server.sql.artifacts.artifacts import SELECT_CLIENT_ID, ArtifactRow
from runfolio_server.sql.artifacts.uses import SELECT_USES_OF_ARTIFACTS
from runfolio_server.sql.pool import Database, open_database
from runfolio_server.worker.artifact_upkeep import keep_artifacts_once
from tests.sql.artifact_world import Files, Person, make_person, manifest_of

FILES = {"a": b"same", "b": b"too"}
WRITERS = 12


@pytest.fixture
async def ada(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Person:
    return await make_person(database, tmp_path, f"ada{abs(hash(request.node.name))}")


async def brought(person: Person, files: Files = FILES, **more: Any) -> ArtifactRow:
    """All steps of an upload but its commit."""
    artifact = await person.create(files, **more)
    await person.bring(artifact.artifact_id, files)
    await person.manifest(artifact.artifact_id, manifest_of(files))
    return artifact


async def test_the_second_of_two_uploads_of_one_content_becomes_the_version_of_the_first(ada: Person) -> None:
    other = await make_person(ada.database, Path("/nowhere"), f"run of {ada.viewer.username}")
    first = await brought(ada, aliases=["latest", "one"], client_id="c1")
    second = await brought(ada, aliases=["latest", "two"], client_id="c2", run_id=other.run_id)
    await link_artifact(ada.database, ada.viewer, second.artifact_id, ada.project, "shelf", ["kept"])
    assert first.artifact_id != second.artifact_id

    committed = [await ada.commit(row.artifact_id) for row in (first, second, second)]

    assert [(first.artifact_id, 0)] * 3 == [(row.artifact_id, row.version_index) for row in committed]
    assert [0] == await ada.versions(first.collection_id)
    assert {"latest": 0, "one": 0, "two": 0} == await ada.aliases(first.collection_id)
    shelf = await ada.find("shelf:kept")
    assert shelf is not None
    assert first.artifact_id == shelf.membership.artifact_id
    async with ada.database.connection() as connection:
        client = await connection.row(SELECT_CLIENT_ID, "c2", ada.viewer)
        edges = await connection.rows(SELECT_USES_OF_ARTIFACTS, [first.artifact_id], "output", ada.viewer, 10)
    assert client is not None
    assert first.artifact_id == client.artifact_id
    assert [ada.run_id] == [edge.run_id for edge in edges], "the other run is in a project of somebody else"
    uses = "SELECT count(*) FROM artifact_use WHERE run_id = $1 AND artifact_id = $2"
    assert 1 == await ada.count(uses, other.run_id, first.artifact_id)
    again = await ada.create(FILES, client_id="c2")
    assert (first.artifact_id, "COMMITTED") == (again.artifact_id, again.state)


async def test_who_knows_only_the_id_of_the_second_works_with_the_version(ada: Person) -> None:
    first, second = await brought(ada), await brought(ada)
    await ada.commit(first.artifact_id)
    await ada.commit(second.artifact_id)
    by_id, database, viewer = second.artifact_id, ada.database, ada.viewer

    async with database.connection() as connection:
        found = await visible_artifact(connection, viewer, Permission.READ, by_id)
    used = await use_artifact(database, viewer, by_id, ada.run_id)
    await add_aliases(database, viewer, by_id, {first.collection_id: ["best"]})
    changed = await update_artifact(database, viewer, by_id, description="told by the second")
    linked = await link_artifact(database, viewer, by_id, ada.project, "shelf")

    assert found is not None
    ids = {found.artifact_id, used.artifact_id, changed.artifact_id, linked.artifact.artifact_id}
    assert {first.artifact_id} == ids
    assert "told by the second" == changed.description
    assert {"best": 0, "latest": 0} == await ada.aliases(first.collection_id)
    await delete_artifact(database, viewer, by_id, delete_aliases=True)
    assert [] == await ada.versions(first.collection_id)
    assert await ada.find("shelf") is None


async def test_many_uploads_of_one_content_at_once_become_one_version(ada: Person, database_url: str) -> None:
    wide = await open_database(database_url, size=WRITERS, wait_s=60, statement_timeout_s=60)
    writer = Person(wide, ada.store, ada.viewer, ada.project, ada.run_id)
    announced = [await brought(ada, aliases=["latest", f"by{number}"]) for number in range(WRITERS)]
    assert WRITERS == len({row.artifact_id for row in announced})

    committed = await asyncio.gather(*(writer.commit(row.artifact_id) for row in announced))

    assert 1 == len({row.artifact_id for row in committed})
    assert [0] == await ada.versions(committed[0].collection_id)
    every = {"latest": 0} | {f"by{number}": 0 for number in range(WRITERS)}
    assert every == await ada.aliases(committed[0].collection_id)
    await wide.close()


async def test_what_increments_come_to_is_compared_and_not_what_their_clients_announced(ada: Person) -> None:
    base = await ada.log({"a": b"1"})
    whole = await ada.log({"a": b"1", "b": b"2"})
    more = await ada.create({"b": b"2"}, client_id="increment")
    await ada.bring(more.artifact_id, {"b": b"2"})
    await ada.manifest(more.artifact_id, manifest_of({"b": b"2"}), ManifestType.INCREMENTAL, base.artifact_id)

    committed = await ada.commit(more.artifact_id)

    assert (whole.artifact_id, 1) == (committed.artifact_id, committed.version_index)
    assert [0, 1] == await ada.versions(base.collection_id)


async def test_who_asks_for_a_version_in_any_case_gets_one(ada: Person) -> None:
    first, second = await brought(ada), await brought(ada, is_deduplicated=False)

    committed = [await ada.commit(row.artifact_id) for row in (first, second)]

    assert [0, 1] == [row.version_index for row in committed]


async def test_a_version_that_is_deleted_before_the_second_commit_is_not_taken(ada: Person) -> None:
    first, second = await brought(ada), await brought(ada)
    await ada.commit(first.artifact_id)
    await delete_artifact(ada.database, ada.viewer, first.artifact_id, delete_aliases=True)

    committed = await ada.commit(second.artifact_id)

    assert (second.artifact_id, 1) == (committed.artifact_id, committed.version_index)


async def test_the_worker_empties_the_second_and_the_version_keeps_its_files(ada: Person) -> None:
    first, second = await brought(ada), await brought(ada)
    await ada.commit(first.artifact_id)
    await ada.commit(second.artifact_id)

    await keep_artifacts_once(ada.database)

    entries = "SELECT count(*) FROM artifact_entry WHERE artifact_id = $1"
    uploads = "SELECT count(*) FROM artifact_upload WHERE artifact_id = $1"
    assert [2, 0] == [await ada.count(entries, row.artifact_id) for row in (first, second)]
    assert 0 == await ada.count(uploads, second.artifact_id)
    assert first.artifact_id == (await ada.commit(second.artifact_id)).artifact_id
