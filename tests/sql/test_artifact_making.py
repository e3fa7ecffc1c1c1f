"""Artifacts are announced, uploaded and committed: each step once or again comes to the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runfolio_server.actions.artifacts.uploading import (
    AskedFile,
    NewManifest,
    ask_for_uploads,
    put_manifest,
    update_manifest,
)
from runfolio_server.domain.artifact_state import ManifestType
from runfolio_server.domain.manifest import digest_of
from runfolio_server.errors import AppError, NotFound
from runfolio_server.sql.artifacts.artifacts import SELECT_CLIENT_ID
from runfolio_server.sql.artifacts.entries import COUNT_ENTRIES, SELECT_ENTRIES_PAGE
from runfolio_server.sql.artifacts.manifests import SELECT_CURRENT_MANIFESTS
from runfolio_server.sql.artifacts.uses import SELECT_USES_OF_RUN
from runfolio_server.sql.pool import Database
from tests.sql.artifact_world import Person, make_person, manifest_of, md5

A, B, C = b"first", b"second", b""
BOTH = {"a.txt": A, "b/b.txt": B}


@pytest.fixture
async def ada(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Person:
    return await make_person(database, tmp_path, f"ada{abs(hash(request.node.name))}")


async def _entries(person: Person, artifact_id: int) -> dict[str, tuple[str, int | None, str | None]]:
    async with person.database.connection() as connection:
        rows = await connection.rows(SELECT_ENTRIES_PAGE, artifact_id, None, None, None, 1000)
        counted = await connection.row(COUNT_ENTRIES, artifact_id, None, None)
    assert counted is not None
    assert counted.count == len(rows)
    return {row.path: (row.digest, row.size, row.ref) for row in rows}


async def _manifest_bytes(person: Person, artifact_id: int) -> bytes:
    async with person.database.connection() as connection:
        (row,) = await connection.rows(SELECT_CURRENT_MANIFESTS, [artifact_id])
    found = b"".join([part async for part in await person.store.get_range(row.object_key, 0, row.size)])
    assert md5(found) == row.digest
    return found


async def test_an_uploaded_artifact_gets_the_next_version_its_files_and_its_aliases(ada: Person) -> None:
    first = await ada.log({"a.txt": A}, aliases=["latest", "best"])
    second = await ada.log(BOTH, refs={"far": "s3://bucket/far"})

    assert ["COMMITTED", "COMMITTED"] == [first.state, second.state]
    assert [0, 1] == [first.version_index, second.version_index]
    assert {"best": 0, "latest": 1} == await ada.aliases(first.collection_id)
    assert {
        "a.txt": (md5(A), 5, None),
        "b/b.txt": (md5(B), 6, None),
        "far": ("s3://bucket/far", 7, "s3://bucket/far"),
    } == await _entries(ada, second.artifact_id)
    assert (3, 18) == (second.file_count, second.size)
    assert ada.uploaded.count(md5(A)) == 1
    async with ada.database.connection() as connection:
        uses = await connection.rows(SELECT_USES_OF_RUN, ada.run_id, "output")
    assert [first.artifact_id, second.artifact_id] == [use.artifact_id for use in uses]


async def test_every_step_sent_again_changes_nothing(ada: Person) -> None:
    made = [await ada.create(BOTH, client_id="c1", sequence_client_id="s1") for _ in range(2)]
    assert 1 == len({row.artifact_id for row in made})
    artifact_id = made[0].artifact_id
    empty = NewManifest("manifest.json", ManifestType.FULL, "")
    before = await put_manifest(ada.database, ada.viewer, artifact_id, empty)
    for _ in range(2):
        again = await put_manifest(ada.database, ada.viewer, artifact_id, empty)
        assert before.manifest_id == again.manifest_id
        asked = await ada.ask(artifact_id, BOTH)
        assert [None, None] == [taken.stored for taken in asked]
        assert {artifact_id} == {taken.birth_artifact_id for taken in asked}
    keys = [await ada.upload(A) for _ in range(2)]
    assert keys[0] == keys[1]
    assert [True, False] == [taken.stored is not None for taken in await ada.ask(artifact_id, BOTH)]
    await ada.upload(B)
    assert [before.manifest_id] * 2 == [await ada.manifest(artifact_id, manifest_of(BOTH)) for _ in range(2)]

    committed = [await ada.commit(artifact_id) for _ in range(3)]

    assert [0] * 3 == [row.version_index for row in committed]
    assert [0] == await ada.versions(made[0].collection_id)
    found = await ada.create(BOTH, client_id="c1", sequence_client_id="s1")
    assert (artifact_id, "COMMITTED") == (found.artifact_id, found.state)
    late = await put_manifest(ada.database, ada.viewer, artifact_id, empty)
    assert (before.manifest_id, True) == (late.manifest_id, late.stored is not None)
    with pytest.raises(AppError, match="committed already"):
        await ada.ask(artifact_id, BOTH)


async def test_client_ids_are_known_from_the_announcement_on(ada: Person) -> None:
    artifact = await ada.create(BOTH, client_id="c2", sequence_client_id="s2")

    async with ada.database.connection() as connection:
        found = [await connection.row(SELECT_CLIENT_ID, client_id, ada.viewer) for client_id in ("c2", "s2", "c3")]

    assert [artifact.artifact_id, None, None] == [row and row.artifact_id for row in found]
    assert [artifact.collection_id] * 2 == [row.collection_id for row in found if row is not None]


async def test_the_same_content_is_one_version_that_gets_the_aliases(ada: Person) -> None:
    first = await ada.log({"a": A})
    second = await ada.log({"a": B})
    ada.uploaded.clear()

    again = await ada.create({"a": A}, aliases=["latest", "old"], client_id="again")

    assert (first.artifact_id, "COMMITTED") == (again.artifact_id, again.state)
    assert {"latest": 0, "old": 0} == await ada.aliases(second.collection_id)
    other = await ada.create({"a": A}, is_deduplicated=False)
    assert (True, "PENDING") == (other.artifact_id > second.artifact_id, other.state)


async def test_a_pending_artifact_is_not_seen_and_moves_no_alias(ada: Person) -> None:
    first = await ada.log({"a": A})
    pending = await ada.create({"a": B}, aliases=["latest", "best"])
    await ada.bring(pending.artifact_id, {"a": B})

    assert {"latest": 0} == await ada.aliases(first.collection_id)
    assert await ada.find("data:best") is None
    assert await ada.find("data:v1") is None
    found = await ada.find("data")
    assert found is not None
    assert found.membership.artifact_id == first.artifact_id


async def test_an_incremental_manifest_adds_to_its_base(ada: Person) -> None:
    base = await ada.log({"a": A, "b": A})
    artifact = await ada.create({"b": B, "c": C})
    await ada.bring(artifact.artifact_id, {"b": B, "c": C})
    empty = NewManifest("manifest.incremental.json", ManifestType.INCREMENTAL, "", base.artifact_id)
    taken = await put_manifest(ada.database, ada.viewer, artifact.artifact_id, empty)
    raw = manifest_of({"b": B, "c": C})
    told = await update_manifest(ada.database, ada.viewer, taken.manifest_id, md5(raw))
    assert (taken.manifest_id, None) == (told.manifest_id, told.stored)
    await ada.upload(raw)

    committed = await ada.commit(artifact.artifact_id)

    whole = {"a": A, "b": B, "c": C}
    assert {path: md5(content) for path, content in whole.items()} == {
        path: digest for path, (digest, _, _) in (await _entries(ada, artifact.artifact_id)).items()
    }
    assert digest_of((path, md5(content)) for path, content in whole.items()) == committed.digest
    assert b'"contents"' in await _manifest_bytes(ada, artifact.artifact_id)
    assert (3, len(A) + len(B)) == (committed.file_count, committed.size)


async def test_writers_of_a_distributed_artifact_bring_parts_of_one(ada: Person) -> None:
    parts = [{"a": A, "same": A}, {"b": B, "same": B}]
    made = [
        await ada.create(part, distributed_id="group", client_id=f"writer {number}", aliases=[f"by{number}"])
        for number, part in enumerate(parts)
    ]
    assert 1 == len({row.artifact_id for row in made})
    artifact_id = made[0].artifact_id
    forgotten = NewManifest("manifest.patch.json", ManifestType.PATCH, "")
    taken = [await put_manifest(ada.database, ada.viewer, artifact_id, forgotten) for _ in range(3)]
    assert 3 == len({row.manifest_id for row in taken})
    for part, manifest in zip(parts, taken, strict=False):
        await ada.bring(artifact_id, part)
        await update_manifest(ada.database, ada.viewer, manifest.manifest_id, md5(manifest_of(part)))
        await ada.upload(manifest_of(part))

    committed = await ada.commit(artifact_id)

    entries = await _entries(ada, artifact_id)
    assert {"a": md5(A), "b": md5(B), "same": md5(B)} == {path: digest for path, (digest, _, _) in entries.items()}
    assert {"by0": 0, "by1": 0, "latest": 0} == await ada.aliases(committed.collection_id)
    next_one = await ada.create(parts[0], distributed_id="group", client_id="late writer")
    assert next_one.artifact_id != artifact_id


async def test_a_commit_without_all_files_is_refused_and_can_be_sent_again(ada: Person) -> None:
    artifact = await ada.create(BOTH)
    with pytest.raises(AppError, match="manifest has not been uploaded"):
        await ada.commit(artifact.artifact_id)
    await ada.manifest(artifact.artifact_id, manifest_of(BOTH))
    await ada.bring(artifact.artifact_id, {"a.txt": A})
    with pytest.raises(AppError, match=r"1 files of the artifact have not been uploaded: 'b/b\.txt'"):
        await ada.commit(artifact.artifact_id)
    assert await ada.find("data:v0") is None

    await ada.bring(artifact.artifact_id, BOTH)

    assert 0 == (await ada.commit(artifact.artifact_id)).version_index


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"name": "a/b"}, "contains '/'"),
        ({"type_name": "a/b"}, "not a valid type"),
        ({"aliases": ["v3"]}, "name of a version"),
        ({"tags": ["a/b"]}, "Invalid tag"),
        ({"metadata": "[]"}, "must be a JSON object"),
        ({"ttl_seconds": -1}, "allowed: 0"),
        ({"history_step": -1}, "historyStep is -1"),
        ({"storage_region": "mars"}, "'mars' is unknown; allowed: here"),
        ({"digest": "x" * 129}, "digest has 129 characters"),
        ({"description": "x" * 100_001}, "description has 100001 characters"),
        ({"client_id": ""}, "input.clientId has 0 characters"),
    ],
)
async def test_what_an_artifact_cannot_have_is_refused_at_its_announcement(
    ada: Person, more: dict[str, Any], told: str
) -> None:
    with pytest.raises(AppError) as refused:
        await ada.create(BOTH, **more)

    assert told in refused.value.message


async def test_what_is_told_of_an_artifact_is_kept(ada: Person) -> None:
    found = await ada.log(
        BOTH,
        description="",
        metadata='{"a": null}',
        tags=["b", "a"],
        ttl_seconds=0,
        history_step=1,
        storage_region="here",
    )

    assert ("", '{"a": null}', ["b", "a"], 0, 1, "here") == (
        found.description,
        found.metadata_text,
        found.tags,
        found.ttl_seconds,
        found.history_step,
        found.storage_region,
    )
    assert ada.run_id == found.logged_by


async def test_a_collection_has_one_type_and_a_name_one_collection(ada: Person) -> None:
    await ada.log(BOTH)

    with pytest.raises(
        AppError, match="already exists with type 'dataset'; it cannot have an artifact of type 'model'"
    ):
        await ada.create({"a": B}, type_name="model")


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (("../a", md5(A)), "not a relative path"),
        (("a", "x"), "not an MD5"),
    ],
)
async def test_a_file_that_cannot_be_is_refused_before_it_is_uploaded(
    ada: Person, file: tuple[str, str], told: str
) -> None:
    artifact = await ada.create(BOTH)

    with pytest.raises(AppError, match=told):
        await ask_for_uploads(ada.database, ada.viewer, [AskedFile(artifact.artifact_id, *file)])


async def test_bytes_that_no_artifact_waits_for_are_not_taken(ada: Person) -> None:
    assert await ada.upload(b"nobody asked") is None


async def test_a_base_that_is_gone_is_told(ada: Person) -> None:
    artifact = await ada.create({"b": B})

    with pytest.raises(NotFound, match="no artifact of this id"):
        await ada.manifest(artifact.artifact_id, manifest_of({"b": B}), ManifestType.INCREMENTAL, 2**40)
    with pytest.raises(NotFound, match="no manifest of this id"):
        await update_manifest(ada.database, ada.viewer, 2**40, "")
