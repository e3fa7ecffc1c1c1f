"""What is done with committed artifacts: aliases, links, texts, names, types, deletion; each once or again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runfolio_server.actions.artifacts.aliases import add_aliases, delete_aliases
from runfolio_server.actions.artifacts.changing import update_artifact, update_collection
from runfolio_server.actions.artifacts.deleting import delete_artifact, delete_collection
from runfolio_server.actions.artifacts.links import LinkedArtifact, link_artifact, unlink_artifact
from runfolio_server.actions.artifacts.making import artifact_project
from runfolio_server.actions.artifacts.uses import use_artifact
from runfolio_server.errors import AppError, Conflict, NotFound
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.memberships import SELECT_MEMBERSHIPS_OF_ARTIFACTS
from runfolio_server.sql.artifacts.uses import SELECT_USES_OF_RUN
from runfolio_server.sql.pool import Database
from tests.sql.artifact_world import Person, make_person, manifest_of


@pytest.fixture
async def ada(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Person:
    return await make_person(database, tmp_path, f"ada{abs(hash(request.node.name))}")


@pytest.fixture
async def versions(ada: Person) -> list[ArtifactRow]:
    """Three of one sequence."""
    return [await ada.log({"a": b"%d" % number}) for number in range(3)]


async def _link(person: Person, artifact: ArtifactRow, name: str = "best", *aliases: str) -> LinkedArtifact:
    return await link_artifact(person.database, person.viewer, artifact.artifact_id, person.project, name, aliases)


async def _collections(person: Person, artifact: ArtifactRow) -> list[int]:
    async with person.database.connection() as connection:
        rows = await connection.rows(SELECT_MEMBERSHIPS_OF_ARTIFACTS, [artifact.artifact_id], person.viewer)
    return [row.collection_id for row in rows]


async def test_an_alias_moves_to_the_version_that_gets_it(ada: Person, versions: list[ArtifactRow]) -> None:
    collection_id = versions[0].collection_id
    for artifact in (versions[0], versions[1], versions[1]):
        await add_aliases(ada.database, ada.viewer, artifact.artifact_id, {collection_id: ["best", "also"]})
    assert {"best": 1, "also": 1, "latest": 2} == await ada.aliases(collection_id)

    for artifact in (versions[0], versions[1], versions[1]):
        await delete_aliases(ada.database, ada.viewer, artifact.artifact_id, {collection_id: ["best"]})

    assert {"also": 1, "latest": 2} == await ada.aliases(collection_id)


async def test_aliases_of_a_portfolio_are_its_own(ada: Person, versions: list[ArtifactRow]) -> None:
    linked = await _link(ada, versions[1], "best", "prod")

    await add_aliases(ada.database, ada.viewer, versions[1].artifact_id, {linked.collection_id: ["here"]})

    assert {"latest": 0, "prod": 0, "here": 0} == await ada.aliases(linked.collection_id)
    assert {"latest": 2} == await ada.aliases(versions[0].collection_id)
    with pytest.raises(NotFound, match="no version of this artifact in the collection"):
        await add_aliases(ada.database, ada.viewer, versions[0].artifact_id, {linked.collection_id: ["x"]})
    with pytest.raises(AppError, match="name of a version"):
        await add_aliases(ada.database, ada.viewer, versions[1].artifact_id, {linked.collection_id: ["v7"]})


async def test_a_link_is_the_next_version_of_its_portfolio_and_is_made_once(
    ada: Person, versions: list[ArtifactRow]
) -> None:
    linked = [await _link(ada, versions[number]) for number in (1, 0, 1)]

    assert [0, 1, 0] == [found.membership and found.membership.version_index for found in linked]
    portfolio = linked[0].collection_id
    # What was there already does not take `latest` back.
    assert {"latest": 1} == await ada.aliases(portfolio)
    assert [versions[1].collection_id, portfolio] == await _collections(ada, versions[1])
    with pytest.raises(AppError, match="is a sequence, and cannot be a portfolio"):
        await _link(ada, versions[0], "data")
    other = await ada.log({"m": b"m"}, "model", type_name="model")
    with pytest.raises(
        AppError, match="already exists with type 'dataset'; it cannot have an artifact of type 'model'"
    ):
        await _link(ada, other)


async def test_what_is_linked_before_its_commit_is_linked_by_it(ada: Person) -> None:
    pending = await ada.create({"a": b"1"})
    linked = [await _link(ada, pending, "best", "x") for _ in range(2)]
    assert [None, None] == [found.membership for found in linked]
    assert await ada.find("best") is None
    await ada.bring(pending.artifact_id, {"a": b"1"})
    await ada.manifest(pending.artifact_id, manifest_of({"a": b"1"}))

    await ada.commit(pending.artifact_id)

    assert {"latest": 0, "x": 0} == await ada.aliases(linked[0].collection_id)


async def test_an_unlinked_artifact_stays_in_its_sequence_and_latest_goes_to_the_newest_left(
    ada: Person, versions: list[ArtifactRow]
) -> None:
    portfolio = (await _link(ada, versions[0])).collection_id
    await _link(ada, versions[1])
    for _ in range(2):
        await unlink_artifact(ada.database, ada.viewer, versions[1].artifact_id, portfolio)

    assert [0] == await ada.versions(portfolio)
    assert {"latest": 0} == await ada.aliases(portfolio)
    assert [versions[1].collection_id] == await _collections(ada, versions[1])
    again = await _link(ada, versions[1])
    assert again.membership is not None
    assert 2 == again.membership.version_index
    with pytest.raises(AppError, match="is a sequence"):
        await unlink_artifact(ada.database, ada.viewer, versions[1].artifact_id, versions[1].collection_id)


async def test_a_deleted_version_is_gone_with_its_links_and_its_number_is_not_given_again(
    ada: Person, versions: list[ArtifactRow]
) -> None:
    portfolio = (await _link(ada, versions[2])).collection_id
    with pytest.raises(AppError, match="has the aliases 'latest'; remove them first"):
        await delete_artifact(ada.database, ada.viewer, versions[2].artifact_id)
    for _ in range(2):
        await delete_artifact(ada.database, ada.viewer, versions[2].artifact_id, delete_aliases=True)

    assert [0, 1] == await ada.versions(versions[0].collection_id)
    assert {"latest": 1} == await ada.aliases(versions[0].collection_id)
    assert [] == await ada.versions(portfolio)
    assert 3 == (await ada.log({"a": b"2"})).version_index
    await delete_artifact(ada.database, ada.viewer, versions[0].artifact_id)
    assert [1, 3] == await ada.versions(versions[0].collection_id)
    with pytest.raises(NotFound):
        await use_artifact(ada.database, ada.viewer, versions[2].artifact_id, ada.run_id)


async def test_a_deleted_portfolio_leaves_its_sources_and_a_deleted_sequence_takes_its_links(
    ada: Person, versions: list[ArtifactRow]
) -> None:
    portfolios = [(await _link(ada, versions[1], name)).collection_id for name in ("one", "two")]
    await _link(ada, versions[0], "one")
    other = await ada.log({"o": b"o"}, "other")
    await _link(ada, other, "two")
    for _ in range(2):
        assert "one" == (await delete_collection(ada.database, ada.viewer, portfolios[0])).name
    assert await ada.find("one") is None
    assert [0, 1, 2] == await ada.versions(versions[0].collection_id)

    await delete_collection(ada.database, ada.viewer, versions[0].collection_id)

    assert await ada.find("data:v1") is None
    assert [1] == await ada.versions(portfolios[1])
    assert {"latest": 1} == await ada.aliases(portfolios[1])
    fresh = await ada.log({"a": b"0"})
    assert (0, True) == (fresh.version_index, fresh.collection_id != versions[0].collection_id)


async def test_what_is_told_of_a_version_is_changed_and_what_is_not_given_stays(ada: Person) -> None:
    artifact = await ada.log({"a": b"1"}, description="old", metadata='{"k": 1}', tags=["a"], ttl_seconds=60)

    async def changed(**change: Any) -> tuple[object, ...]:
        await update_artifact(ada.database, ada.viewer, artifact.artifact_id, **change)
        row = await update_artifact(ada.database, ada.viewer, artifact.artifact_id, **change)
        return row.description, row.metadata_text, row.tags, row.ttl_seconds

    assert ("old", '{"k": 1}', ["a"], 60) == await changed()
    assert ("", '{"k": 1}', ["a"], 60) == await changed(description="")
    assert (None, '{"k": null}', ["a"], 60) == await changed(description=None, metadata='{"k": null}')
    assert (None, None, ["b", "c"], 0) == await changed(
        metadata=None, added_tags=["b", "c"], deleted_tags=["a"], ttl_seconds=0
    )
    assert (None, None, ["b", "c"], None) == await changed(ttl_seconds=None)
    with pytest.raises(AppError, match="Invalid tag"):
        await changed(added_tags=["a/b"])


async def test_a_collection_is_renamed_described_tagged_and_moved_to_another_type(
    ada: Person, versions: list[ArtifactRow]
) -> None:
    collection_id = versions[0].collection_id
    await ada.log({"o": b"o"}, "other")
    change: dict[str, Any] = {
        "name": "new",
        "description": "",
        "type_name": "model",
        "added_tags": ["t", "u"],
        "deleted_tags": ["u"],
    }
    await update_collection(ada.database, ada.viewer, collection_id, **change)
    row = await update_collection(ada.database, ada.viewer, collection_id, **change)
    assert ("new", "", "model", ["t"]) == (row.name, row.description, row.type_name, row.tags)
    found = await ada.find("new:v1")
    assert found is not None
    assert versions[1].artifact_id == found.membership.artifact_id
    assert await ada.find("data") is None
    assert "model" == (await update_artifact(ada.database, ada.viewer, versions[1].artifact_id)).type_name
    with pytest.raises(Conflict, match="has an artifact collection 'other' already"):
        await update_collection(ada.database, ada.viewer, collection_id, name="other")
    await ada.log({"a": b"1"})


async def test_a_run_uses_an_artifact_once(ada: Person, versions: list[ArtifactRow]) -> None:
    for used_as in (None, "input", None):
        await use_artifact(ada.database, ada.viewer, versions[1].artifact_id, ada.run_id, used_as)

    async with ada.database.connection() as connection:
        uses = await connection.rows(SELECT_USES_OF_RUN, ada.run_id, "input")
    assert [(versions[1].artifact_id, "input")] == [(use.artifact_id, use.used_as) for use in uses]
    with pytest.raises(AppError, match="usedAs has 1025 characters"):
        await use_artifact(ada.database, ada.viewer, versions[1].artifact_id, ada.run_id, "x" * 1025)


async def test_the_project_of_an_artifact_is_made_on_demand(ada: Person) -> None:
    made = [await artifact_project(ada.database, ada.viewer, None, "registry") for _ in range(2)]

    assert 1 == len({project.project_id for project in made})
