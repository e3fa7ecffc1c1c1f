"""Artifacts found, listed and followed by the client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

import runfolio
from runfolio import Api, AsyncApi, Field, Metadata
from runfolio_server.sql.pool import open_database
from tests.artifact_rows import ArtifactRows
from tests.client.builders import Logger
from tests.live_server import LiveServer

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


async def fill(url: str, project_id: int) -> None:
    database = await open_database(url, size=2, wait_s=10, statement_timeout_s=30)
    rows = ArtifactRows(database, project_id)
    await rows.collection(1, "mnist", "dataset")
    await rows.collection(2, "weights", "model")
    await rows.collection(3, "released", "model", "portfolio")
    await rows.version(1, 1, 0, ["latest"], size=5 * 2**20)
    await rows.version(2, 2, 0, metadata={"accuracy": 0.5}, logged_by="train")
    await rows.version(3, 2, 1, ["latest", "best"], ["small"], {"accuracy": 0.9}, 10, "<b>good</b>", "train")
    await rows.place(3, 3, 0, ["stable"])
    await rows.edge("train", 1, "input", "data")
    await database.close()


@pytest.fixture(scope="module")
def filled(live_server: LiveServer) -> LiveServer:
    """Two sequences and a portfolio of ada/demo."""
    logger = Logger(live_server, "demo")
    logger.run("train")
    project_id = logger.graphql('{ project(name: "demo") { internalId } }')["project"]["internalId"]
    asyncio.run(fill(live_server.database_url, int(project_id)))
    return live_server


@pytest.fixture
def api(filled: LiveServer) -> Iterator[Api]:
    with Api(filled.base_url, filled.api_key) as opened:
        yield opened


def test_an_artifact_is_found_by_path_alias_version_and_url(api: Api) -> None:
    best = api.artifact("ada/demo/weights:best")

    assert ("ada/demo/weights:v1", "weights:v1", "model") == (best.path, best.name, best.type)
    assert (["latest", "best"], ["small"], {"accuracy": 0.9}) == (best.aliases, best.tags, best.metadata)
    assert ("COMMITTED", 10, "<b>good</b>") == (best.state, best.size, best.description)
    for path in ("demo/weights", "ada/demo/weights:v1", best.url, "demo/released:stable"):
        assert best.id == api.artifact(path).id
    assert api.project("demo").artifact("weights:v0").metadata == {"accuracy": 0.5}


def test_an_artifact_that_was_found_by_a_link_is_that_of_the_link(api: Api) -> None:
    linked = api.artifact("demo/released:stable")

    assert ("ada/demo/released:v0", ["stable"]) == (linked.path, linked.aliases)
    assert "ada/demo/weights:v1" == linked.source_path


def test_an_artifact_shows_itself(api: Api) -> None:
    best = api.artifact("demo/weights:best")

    assert "<Artifact ada/demo/weights:v1 (model, 0 files, 10 bytes) latest, best>" == repr(best)
    assert "5.0 MiB" in repr(api.artifact("demo/mnist"))
    assert "&lt;b&gt;good&lt;/b&gt;" in best._repr_html_()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "ada/demo/weights:v7",
            r"no version .v7. of artifact .weights. .*newest version is v1, its aliases are: best",
        ),
        ("ada/demo/nothing:v7", r"no artifact 'nothing' in project 'ada/demo'"),
        ("ada/nowhere/weights", r"no project 'nowhere' in entity 'ada'"),
        ("nobody/demo/weights", r"no entity 'nobody'"),
    ],
)
def test_what_is_missing_is_told_with_what_is_there(api: Api, path: str, message: str) -> None:
    with pytest.raises(runfolio.NotFoundError, match=message):
        api.artifact(path)


def test_artifacts_of_a_project_are_chosen_by_expressions(api: Api) -> None:
    project = api.project("demo")
    accurate = project.artifacts(Metadata("accuracy") > 0.6)

    assert (1, ["weights:v1"]) == (len(accurate), [each.name for each in accurate])
    assert "weights:v1" in accurate._repr_html_()
    found = project.artifacts(Field("name") == "weights", order="-metadata.accuracy", per_page=1)
    assert ["weights:v1", "weights:v0"] == [each.name for each in found]
    assert ["released:v0"] == [each.name for each in project.artifacts(collection="released")]
    assert ["mnist:v0"] == [each.name for each in project.artifacts(type="dataset")]
    with pytest.raises(runfolio.BadRequestError, match="Unknown field 'nope'"):
        list(project.artifacts(Field("nope") == 1))


def test_collections_of_a_project_are_listed(api: Api) -> None:
    collections = list(api.project("demo").artifact_collections(order="+name"))

    assert [("mnist", "dataset", False), ("released", "model", True), ("weights", "model", False)] == [
        (each.name, each.type, each.is_portfolio) for each in collections
    ]
    assert "weights:v1" == api.artifact(f"{collections[2].path}:latest").name


def test_a_run_tells_what_it_used_and_logged(api: Api) -> None:
    run = api.run("ada/demo/train")

    assert ["mnist:v0"] == [each.name for each in run.used_artifacts()]
    assert ["weights:v0", "weights:v1"] == [each.name for each in run.logged_artifacts()]
    assert (0, 2) == (len(run.logged_artifacts(type="dataset")), len(run.logged_artifacts(name="eight")))
    assert [run.id] == [found.id for found in api.runs("demo", Field("input_artifacts") == "mnist:v0")]


def test_lineage_is_a_graph_and_a_text(api: Api) -> None:
    lineage = api.artifact("demo/weights:best").lineage(direction="upstream")

    assert ["weights:v1", "mnist:v0"] == [each.name for each in lineage.artifacts]
    assert [("train", "ada/demo/train")] == [(run.id, run.path) for run in lineage.runs]
    name = lineage.runs[0].name
    assert f"dataset mnist:v0 ─▶ run train ({name}) as data\nrun train ({name}) ─▶ model weights:v1" == str(lineage)
    assert [("ada/demo/mnist:v0", "ada/demo/train"), ("ada/demo/train", "ada/demo/weights:v1")] == sorted(
        (edge.source, edge.target) for edge in lineage.edges
    )
    assert "<ArtifactLineage (2 artifacts, 1 runs)>" in f"{lineage!r}"
    assert "mnist:v0" in lineage._repr_html_()


async def test_the_async_client_does_the_same(filled: LiveServer) -> None:
    async with AsyncApi(filled.base_url, filled.api_key) as api:
        best = await api.artifact("demo/weights:best")
        project = await api.project("demo")
        names = [each.name async for each in project.artifacts(Field("alias") == "best")]

        assert (best.name, names) == ("weights:v1", ["weights:v1"])
        assert 2 == len((await best.lineage(direction="upstream")).artifacts)
        assert 0 == await best.files().total()
