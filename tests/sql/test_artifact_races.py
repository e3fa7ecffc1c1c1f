"""Many processes and many kills: versions have no holes, `latest` is one, and nothing half done is ever seen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from runfolio_server.actions.artifacts import committing
from runfolio_server.actions.artifacts.changing import update_artifact, update_collection
from runfolio_server.actions.artifacts.content import read_content
from runfolio_server.actions.artifacts.deleting import delete_artifact, delete_collection
from runfolio_server.actions.artifacts.links import link_artifact
from runfolio_server.domain.artifact_state import ManifestType
from runfolio_server.errors import AppError, NotFound
from runfolio_server.sql.artifacts.committing import LOCK_ARTIFACTS
from runfolio_server.sql.artifacts.making import LOCK_COLLECTIONS
from runfolio_server.sql.pool import Connection, Database, open_database
from tests.sql.artifact_world import Person, make_person, manifest_of

WRITERS = 20


@pytest.fixture
async def ada(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Person:
    return await make_person(database, tmp_path, f"ada{abs(hash(request.node.name))}")


async def test_twenty_writers_of_one_collection_get_versions_without_holes_and_one_latest(
    ada: Person, database_url: str
) -> None:
    wide = await open_database(database_url, size=WRITERS, wait_s=60, statement_timeout_s=60)
    writer = Person(wide, ada.store, ada.viewer, ada.project, ada.run_id)

    logged = await asyncio.gather(
        *(writer.log({"a": b"%d" % number}, aliases=["latest", f"by{number}"]) for number in range(WRITERS))
    )

    assert list(range(WRITERS)) == sorted(row.version_index or 0 for row in logged)
    collection_id = logged[0].collection_id
    assert list(range(WRITERS)) == await ada.versions(collection_id)
    by_writer = {f"by{number}": row.version_index for number, row in enumerate(logged)}
    assert {**by_writer, "latest": WRITERS - 1} == await ada.aliases(collection_id)
    await wide.close()


async def test_commits_links_and_deletions_at_once_leave_one_latest_and_no_deadlock(
    ada: Person, database_url: str
) -> None:
    wide = await open_database(database_url, size=WRITERS, wait_s=60, statement_timeout_s=60)
    busy = Person(wide, ada.store, ada.viewer, ada.project, ada.run_id)

    async def life(number: int) -> None:
        artifact = await busy.create({"a": b"%d" % number})
        await busy.bring(artifact.artifact_id, {"a": b"%d" % number})
        await busy.manifest(artifact.artifact_id, manifest_of({"a": b"%d" % number}))
        # Half are linked by their commit, half afterwards.
        link = [link_artifact(wide, ada.viewer, artifact.artifact_id, ada.project, f"to{side}") for side in range(2)]
        if number % 2:
            await asyncio.gather(*link, busy.commit(artifact.artifact_id))
        else:
            await busy.commit(artifact.artifact_id)
            await asyncio.gather(*link)
        if number % 3 == 0:
            await delete_artifact(wide, ada.viewer, artifact.artifact_id, delete_aliases=True)

    await asyncio.gather(*(life(number) for number in range(WRITERS)))

    kept = [number for number in range(WRITERS) if number % 3]
    for name in ("data", "to0", "to1"):
        newest = await ada.find(name)
        assert newest is not None
        versions = await ada.versions(newest.collection.collection_id)
        assert len(kept) == len(versions)
        assert versions[-1] == newest.membership.version_index
        assert {"latest": versions[-1]} == await ada.aliases(newest.collection.collection_id)
    await wide.close()


async def test_an_artifact_of_a_collection_that_is_deleted_meanwhile_is_not_committed(ada: Person) -> None:
    await ada.log({"a": b"1"})
    artifact = await ada.create({"a": b"2"})
    await ada.bring(artifact.artifact_id, {"a": b"2"})
    await ada.manifest(artifact.artifact_id, manifest_of({"a": b"2"}))
    await delete_collection(ada.database, ada.viewer, artifact.collection_id)

    with pytest.raises(NotFound):
        await ada.commit(artifact.artifact_id)
    assert await ada.find("data") is None
    assert 0 == (await ada.log({"a": b"2"})).version_index


class Killed(BaseException):
    """Stands for the end of the process at a statement."""


STEPS = 60


async def test_a_kill_at_any_statement_of_an_upload_leaves_nothing_to_see_and_the_retry_completes(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each statement in turn is the last one that a process sends: before it, and after it without its answer."""
    ask = Connection._ask
    left = 0

    async def counted(self: Connection, *arguments: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed
        found = await ask(self, *arguments)
        if left == 1:
            left = 0
            raise Killed
        return found

    monkeypatch.setattr(Connection, "_ask", counted)
    killed = 0
    for number in range(STEPS):
        files, name = {"a": b"%d" % number, "b": b"b%d" % number}, f"kill{number}"
        left = number + 1
        try:
            await _upload(ada, files, name)
            left = 0
            break
        except Killed:
            killed += 1
            left = 0
        before = await ada.find(name)

        again = await _upload(ada, files, name)

        assert before is None or before.membership.artifact_id == again, "seen before its commit, it is another one"
        found = await ada.find(name)
        assert found is not None
        assert (again, 0) == (found.membership.artifact_id, found.membership.version_index)
        assert [0] == await ada.versions(found.collection.collection_id)
        assert 2 == await ada.count("SELECT count(*) FROM artifact_entry WHERE artifact_id = $1", again)
        assert 0 == await ada.count("SELECT count(*) FROM artifact_upload WHERE artifact_id = $1", again)
    assert 30 < killed < STEPS, "the upload came to its end, and every step of it was tried"


async def _upload(person: Person, files: dict[str, bytes], name: str) -> int:
    artifact = await person.create(files, name, client_id=f"client {name}", tags=["t"])
    if artifact.state == "PENDING":
        await person.bring(artifact.artifact_id, files)
        await person.manifest(artifact.artifact_id, manifest_of(files))
    return (await person.commit(artifact.artifact_id)).artifact_id


async def test_a_part_that_comes_while_its_artifact_is_committed_is_in_it(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = await ada.create({"a": b"1"}, distributed_id="d")

    async def part(name: str) -> None:
        await ada.bring(artifact.artifact_id, {name: name.encode()})
        await ada.manifest(artifact.artifact_id, manifest_of({name: name.encode()}), ManifestType.PATCH)

    await part("a")
    read: Callable[..., Awaitable[Any]] = read_content

    async def slow(*arguments: Any) -> Any:
        found = await read(*arguments)
        monkeypatch.setattr(committing, "read_content", read)
        await part("late")
        return found

    monkeypatch.setattr(committing, "read_content", slow)

    committed = await ada.commit(artifact.artifact_id)

    assert 2 == committed.file_count
    with pytest.raises(AppError, match="committed already"):
        await part("too late")


async def test_who_brings_a_part_while_its_artifact_is_held_does_not_hold_the_collection(ada: Person) -> None:
    """Whoever commits holds the artifact and then takes the collection: both would wait for each other."""
    artifact = await ada.create({"a": b"1"}, distributed_id="d", tags=["b"])
    async with ada.database.transaction() as connection:
        await connection.rows(LOCK_ARTIFACTS, [artifact.artifact_id])
        part = asyncio.create_task(ada.create({"b": b"1"}, distributed_id="d", tags=["a", "b"], aliases=["x"]))
        for _ in range(10_000):
            if await ada.count("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                break
            await asyncio.sleep(0.001)
        await connection.rows(LOCK_COLLECTIONS, [artifact.collection_id])

    assert (artifact.artifact_id, ["b", "a"]) == ((await part).artifact_id, (await part).tags)


async def test_nobody_waits_for_what_they_may_not_change(ada: Person, tmp_path: Path) -> None:
    eve = await make_person(ada.database, tmp_path, f"eve{ada.viewer.user_id}")
    artifact = await ada.log({"a": b"1"})
    async with ada.database.transaction() as connection:
        await connection.rows(LOCK_ARTIFACTS, [artifact.artifact_id])
        await connection.rows(LOCK_COLLECTIONS, [artifact.collection_id])

        with pytest.raises(NotFound):
            await update_artifact(eve.database, eve.viewer, artifact.artifact_id, description="x")
        with pytest.raises(NotFound):
            await update_collection(eve.database, eve.viewer, artifact.collection_id, name="x")
