"""Artifacts and collections by filter and order; what a run used and logged; runs by their artifacts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.artifact_rows import ArtifactRows
from tests.service import Service

pytestmark = pytest.mark.anyio

LIST = """
query($type: String, $collection: String, $filters: JSONString, $order: String, $first: Int, $after: String) {
  project(name: "p") {
    artifacts(
      type: $type, collection: $collection, filters: $filters, order: $order, first: $first, after: $after
    ) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { node { digest membership { versionIndex artifactCollection { name } } } }
    }
  }
}
"""


@pytest.fixture(scope="module", autouse=True)
async def rows(service: Service) -> ArtifactRows:
    """Two sequences and a portfolio; three runs."""
    for name in ("train", "eval", "idle"):
        await service.start_run(name)
    answer = await service.graphql('{ project(name: "p") { internalId } }')
    rows = ArtifactRows(service.database, int(answer.data["project"]["internalId"]))
    await rows.collection(1, "mnist", "dataset")
    await rows.collection(2, "weights", "model")
    await rows.collection(3, "best models", "model", "portfolio")
    await rows.version(1, 1, 0, ["latest"], metadata={"rows": 60_000}, size=100)
    await rows.version(2, 2, 0, tags=["slow"], metadata={"accuracy": 0.8}, size=10, logged_by="train")
    await rows.version(3, 2, 1, ["best"], metadata={"accuracy": 0.95, "net": {"depth": 3}}, size=20, logged_by="train")
    await rows.version(4, 2, 2, ["latest"], ["slow", "new"], {"accuracy": 0.9}, 30, "the last")
    await rows.place(3, 3, 0, ["production"])
    await rows.edge("train", 1, "input", "data")
    await rows.edge("eval", 3, "input")
    return rows


async def listed(service: Service, **variables: Any) -> list[str]:
    given = {name: json.dumps(value) if name == "filters" else value for name, value in variables.items()}
    found = (await service.graphql(LIST, **given)).data["project"]["artifacts"]
    digests = [edge["node"]["digest"] for edge in found["edges"]]
    assert len(digests) == found["totalCount"] or "first" in variables
    return digests


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["d1", "d2", "d3", "d4"]),
        ({"state": "COMMITTED"}, ["d1", "d2", "d3", "d4"]),
        ({"name": "weights"}, ["d2", "d3", "d4"]),
        ({"type": {"$in": ["dataset", "nothing"]}}, ["d1"]),
        ({"alias": "best"}, ["d3"]),
        ({"alias": "latest", "type": "model"}, ["d4"]),
        ({"aliases": {"$regex": "^la"}}, ["d1", "d4"]),
        ({"alias": {"$exists": False}}, ["d2"]),
        ({"alias": {"$ne": "latest"}}, ["d2", "d3"]),
        ({"alias.best": True}, ["d3"]),
        ({"$or": [{"alias": "best"}, {"alias": "latest"}]}, ["d1", "d3", "d4"]),
        ({"tag": "slow"}, ["d2", "d4"]),
        ({"tags": {"$all": ["slow", "new"]}}, ["d4"]),
        ({"metadata.accuracy": {"$gte": 0.9}}, ["d3", "d4"]),
        ({"metadata.net.depth": 3}, ["d3"]),
        ({"metadata.rows": {"$exists": True}}, ["d1"]),
        ({"size": {"$gt": 10, "$lte": 30}}, ["d3", "d4"]),
        ({"version": 1}, ["d3"]),
        ({"createdAt": {"$gte": "2026-02-04"}}, ["d3", "d4"]),
        ({"run": "train"}, ["d2", "d3"]),
        ({"run": {"$regex": "^tr"}}, ["d2", "d3"]),
        ({"run": None}, ["d1", "d4"]),
        ({"run": {"$exists": False}, "name": "weights"}, ["d4"]),
        ({"user": "ada", "description": {"$contains": "last"}}, ["d4"]),
        ({"user": "bob"}, []),
    ],
)
async def test_artifacts_are_chosen_by_what_there_is_to_say_of_them(
    service: Service, filters: dict[str, Any], expected: list[str]
) -> None:
    assert expected == await listed(service, filters=filters)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("-metadata.accuracy", ["d3", "d4", "d2", "d1"]),
        ("+name,-version", ["d1", "d4", "d3", "d2"]),
        ("-size", ["d1", "d4", "d3", "d2"]),
        ("-created_at", ["d4", "d3", "d2", "d1"]),
        ("+user,+alias", ["d3", "d1", "d4", "d2"]),
    ],
)
async def test_pages_of_artifacts_in_any_order_are_the_whole_list(
    service: Service, order: str, expected: list[str]
) -> None:
    found: list[str] = []
    after = None
    while True:
        answer = await service.graphql(LIST, order=order, first=1, after=after)
        page = answer.data["project"]["artifacts"]
        found += [edge["node"]["digest"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert expected == found


async def test_a_collection_is_listed_with_its_own_versions_and_links(service: Service) -> None:
    assert ["d2", "d3", "d4"] == await listed(service, collection="weights")
    assert ["d1"] == await listed(service, type="dataset")
    assert [] == await listed(service, type="dataset", collection="weights")
    assert ["d3"] == await listed(service, collection="best models", filters={"alias": "production", "version": 0})
    answer = await service.graphql(LIST, collection="best models")

    node = answer.data["project"]["artifacts"]["edges"][0]["node"]
    assert {"versionIndex": 0, "artifactCollection": {"name": "best models"}} == node["membership"]


async def test_the_aliases_of_a_collection_come_in_order_page_by_page_and_are_counted(service: Service) -> None:
    document = (
        'query($a: String) { project(name: "p") { artifactCollection(name: "weights") { aliases(first: 1, after: $a) {'
        " totalCount edges { node { alias } } pageInfo { hasNextPage endCursor } } } } }"
    )
    found, after, page = [], None, {}
    for _ in range(2):
        page = (await service.graphql(document, a=after)).data["project"]["artifactCollection"]["aliases"]
        found += [edge["node"]["alias"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]

    assert ["best", "latest"] == found
    assert (2, False) == (page["totalCount"], page["pageInfo"]["hasNextPage"])


async def test_a_mistake_in_a_filter_of_artifacts_tells_what_is_allowed(service: Service) -> None:
    for variables in ({"filters": '{"config.lr": 1}'}, {"order": "-summary.loss"}):
        answer = await service.graphql(LIST, **variables)

        assert 400 == answer.status
        assert "metadata.<key>" in answer.error["extensions"]["allowed"]
    refused = await service.graphql(LIST, order="+run")
    assert "run is a field of filters only, at order[0].run" in refused.error["message"]
    assert "run" not in refused.error["extensions"]["allowed"]


async def test_an_artifact_is_found_by_its_path_and_others_find_none(service: Service) -> None:
    query = "query($path: String) { artifact(path: $path) { digest membership { aliases { alias } } } }"
    found = {
        path: (await service.graphql(query, path=path)).data["artifact"]
        for path in (
            "ada/p/weights:best",
            "p/weights:v1",
            "ada/p/best models:production",
            "ada/p/weights:v7",
            "ada/q/x",
        )
    }

    digests = [artifact and artifact["digest"] for artifact in found.values()]
    assert ["d3", "d3", "d3", None, None] == digests
    assert {"v0", "production"} == {
        alias["alias"] for alias in found["ada/p/best models:production"]["membership"]["aliases"]
    }
    assert (await service.graphql(query, "eve", path="ada/p/weights:best")).data["artifact"] is None
    refused = await service.graphql(query, path="weights")
    assert "entity/project/name:alias" in refused.error["message"]


async def test_collections_are_chosen_and_ordered(service: Service) -> None:
    query = (
        'query($filters: JSONString, $order: String) { project(name: "p") {'
        " artifactCollections(filters: $filters, order: $order) { totalCount edges { node { name } } } } }"
    )

    async def names(**variables: Any) -> list[str]:
        found = (await service.graphql(query, **variables)).data["project"]["artifactCollections"]
        assert len(found["edges"]) == found["totalCount"]
        return [edge["node"]["name"] for edge in found["edges"]]

    assert ["best models", "weights", "mnist"] == await names()
    assert ["best models", "mnist", "weights"] == await names(order="+name")
    assert ["weights"] == await names(filters='{"type": "model", "kind": "sequence"}')
    assert ["best models", "mnist"] == await names(filters='{"name": {"$regex": "m"}}', order="+name")


RUN = """
query($run: String!, $name: String, $type: String) {
  project(name: "p") {
    run(name: $run) {
      inputs(name: $name, type: $type) { totalCount edges { node { usedAs artifact { digest } } } }
      outputs(name: $name, type: $type, first: 1) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { usedAs artifact { digest } } }
      }
    }
  }
}
"""


async def test_what_a_run_used_and_logged_is_searched_by_name_and_type(service: Service) -> None:
    train = (await service.graphql(RUN, run="train")).data["project"]["run"]
    found = (await service.graphql(RUN, run="train", name="eight", type="model")).data["project"]["run"]
    other = (await service.graphql(RUN, run="train", name="eight", type="dataset")).data["project"]["run"]

    assert [{"usedAs": "data", "artifact": {"digest": "d1"}}] == [edge["node"] for edge in train["inputs"]["edges"]]
    assert ["d2"] == [edge["node"]["artifact"]["digest"] for edge in train["outputs"]["edges"]]
    assert (2, True) == (train["outputs"]["totalCount"], train["outputs"]["pageInfo"]["hasNextPage"])
    assert (0, 2) == (found["inputs"]["totalCount"], found["outputs"]["totalCount"])
    assert (0, 0) == (other["inputs"]["totalCount"], other["outputs"]["totalCount"])


async def test_the_next_page_of_outputs_goes_on_after_the_cursor(service: Service) -> None:
    first = (await service.graphql(RUN, run="train")).data["project"]["run"]["outputs"]
    query = (
        'query($after: String) { project(name: "p") { run(name: "train") { outputs(after: $after) {'
        " edges { node { artifact { digest } } } } } } }"
    )

    second = (await service.graphql(query, after=first["pageInfo"]["endCursor"])).data["project"]["run"]["outputs"]

    assert ["d3"] == [edge["node"]["artifact"]["digest"] for edge in second["edges"]]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"inputArtifacts": "mnist:v0"}, ["train"]),
        ({"inputArtifacts": {"$in": ["mnist:v0", "weights:v1"]}}, ["train", "eval"]),
        ({"inputArtifacts": {"$ne": "mnist:v0"}}, ["eval", "idle"]),
        ({"inputArtifacts.type": "model"}, ["eval"]),
        ({"outputArtifacts.name": "weights"}, ["train"]),
        ({"output_artifacts": {"$regex": "^weights:"}}, ["train"]),
        ({"inputArtifacts": {"$exists": True}}, ["train", "eval"]),
        ({"outputArtifacts": {"$exists": False}}, ["eval", "idle"]),
        ({"inputArtifacts": None}, ["idle"]),
        ({"$or": [{"inputArtifacts.name": "mnist"}, {"name": "idle"}]}, ["train", "idle"]),
    ],
)
async def test_runs_are_chosen_by_what_they_used_and_logged(
    service: Service, filters: dict[str, Any], expected: list[str]
) -> None:
    query = 'query($f: JSONString) { project(name: "p") { runs(filters: $f) { totalCount edges { node { name } } } } }'

    runs = (await service.graphql(query, f=json.dumps(filters))).data["project"]["runs"]

    assert expected == [edge["node"]["name"] for edge in runs["edges"]]
    assert len(expected) == runs["totalCount"]


async def test_runs_are_not_ordered_or_grouped_by_what_they_have_several_of(service: Service) -> None:
    for field in (
        'runs(order: "+inputArtifacts.name") { totalCount }',
        'runValues(field: "inputArtifacts") { runCount }',
    ):
        answer = await service.graphql(f'{{ project(name: "p") {{ {field} }} }}')

        assert 400 == answer.status
        assert "is a field of filters only" in answer.error["message"]
