"""Lineage over several hops, both ways, as far as somebody may see it and as far as it is bounded."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio_server.actions.artifacts import lineage
from tests.artifact_rows import ArtifactRows
from tests.service import Service

pytestmark = pytest.mark.anyio

LINEAGE = """
query($path: String, $hops: Int!, $direction: LineageDirection!) {
  artifact(path: $path) {
    lineage(hops: $hops, direction: $direction) {
      isCut
      artifacts { digest }
      runs { name config }
      uses { direction usedAs runId artifactId }
    }
  }
}
"""


@pytest.fixture(scope="module", autouse=True)
async def rows(service: Service) -> ArtifactRows:
    """raw → clean → weights → report, each by a run; and a second use of weights."""
    for name in ("clean", "train", "report", "compare"):
        await service.start_run(name, config='{"lr": {"value": 1}}')
    answer = await service.graphql('{ project(name: "p") { internalId } }')
    rows = ArtifactRows(service.database, int(answer.data["project"]["internalId"]))
    for number, (name, run) in enumerate(
        (("raw", None), ("clean", "clean"), ("weights", "train"), ("report", "report")), start=1
    ):
        await rows.collection(number, name, "any")
        await rows.version(number, number, 0, logged_by=run)
    await rows.edge("clean", 1, "input")
    await rows.edge("train", 2, "input", "data")
    await rows.edge("report", 3, "input")
    await rows.edge("compare", 3, "input")
    return rows


async def followed(service: Service, path: str, hops: int = 10, direction: str = "BOTH", user: str = "ada") -> Any:
    answer = await service.graphql(LINEAGE, user, path=path, hops=hops, direction=direction)
    return answer.data["artifact"] and answer.data["artifact"]["lineage"]


@pytest.mark.parametrize(
    ("hops", "direction", "artifacts", "runs"),
    [
        (10, "BOTH", ["d3", "d2", "d1", "d4"], {"train", "clean", "report", "compare"}),
        (10, "UPSTREAM", ["d3", "d2", "d1"], {"train", "clean"}),
        (10, "DOWNSTREAM", ["d3", "d4"], {"report", "compare"}),
        (1, "UPSTREAM", ["d3", "d2"], {"train"}),
        (1, "BOTH", ["d3", "d2", "d4"], {"train", "report", "compare"}),
    ],
)
async def test_lineage_is_followed_so_many_runs_far(
    service: Service, hops: int, direction: str, artifacts: list[str], runs: set[str]
) -> None:
    found = await followed(service, "p/weights:v0", hops, direction)

    assert artifacts == [artifact["digest"] for artifact in found["artifacts"]]
    assert runs == {run["name"] for run in found["runs"]}
    assert all("lr" in run["config"] for run in found["runs"])
    assert not found["isCut"]


async def test_each_edge_is_told_once_with_what_the_run_calls_it(service: Service) -> None:
    uses = (await followed(service, "p/clean:v0"))["uses"]

    assert len(uses) == len({(use["runId"], use["artifactId"], use["direction"]) for use in uses})
    assert ["data"] == [use["usedAs"] for use in uses if use["usedAs"]]


async def test_an_artifact_that_nobody_used_is_alone(service: Service, rows: ArtifactRows) -> None:
    await rows.collection(9, "lonely", "any")
    await rows.version(9, 9, 0)

    found = await followed(service, "p/lonely:v0")

    assert ([{"digest": "d9"}], [], []) == (found["artifacts"], found["runs"], found["uses"])


async def test_a_circle_is_followed_once(service: Service, rows: ArtifactRows) -> None:
    await service.start_run("again")
    await rows.collection(10, "loop", "any")
    await rows.version(10, 10, 0, logged_by="again")
    await rows.edge("again", 10, "input")

    found = await followed(service, "p/loop:v0")

    assert (1, 1, 2) == (len(found["artifacts"]), len(found["runs"]), len(found["uses"]))


@pytest.mark.parametrize("hops", [0, 11, -1])
async def test_hops_are_bounded(service: Service, hops: int) -> None:
    answer = await service.graphql(LINEAGE, path="p/weights:v0", hops=hops, direction="BOTH")

    assert f"hops is {hops}; allowed: 1 to 10" in answer.error["message"]


async def test_more_edges_than_are_allowed_are_cut_and_told(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "EDGES_MAX", 3)

    found = await followed(service, "p/weights:v0")

    assert found["isCut"]
    assert 3 == len(found["uses"])


async def test_what_belongs_to_others_is_no_part_of_it(service: Service) -> None:
    await service.start_run("hers", project="secret", user="eve")
    answer = await service.graphql('{ project(name: "secret") { internalId } }', "eve")
    project_id = int(answer.data["project"]["internalId"])
    hers = ArtifactRows(service.database, project_id)
    await hers.collection(20, "stolen", "any")
    await hers.version(20, 20, 0, logged_by="hers")
    await hers.edge("hers", 3, "input")

    his = await followed(service, "p/weights:v0")

    assert "hers" not in {run["name"] for run in his["runs"]}
    assert "d20" not in {artifact["digest"] for artifact in his["artifacts"]}
    assert ["d20"] == [
        artifact["digest"] for artifact in (await followed(service, "secret/stolen:v0", user="eve"))["artifacts"]
    ]
    assert await followed(service, "ada/p/weights:v0", user="eve") is None


USERS = """
query($first: Int, $after: String) {
  artifact(path: "p/shared:v0") {
    usedBy(first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } edges { node { name } cursor }
    }
  }
}
"""


async def test_the_runs_that_used_an_artifact_come_page_by_page_each_once(service: Service, rows: ArtifactRows) -> None:
    await rows.collection(120, "shared", "any")
    await rows.version(120, 120, 0)
    names = [f"user{number}" for number in range(7)]
    for name in names:
        await service.start_run(name)
        # All at one moment: the order is by the runs' ids then.
        await rows.edge(name, 120, "input")
    found: list[str] = []
    page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        answer = await service.graphql(USERS, first=3, after=page["endCursor"])
        users = answer.data["artifact"]["usedBy"]
        assert 7 == users["totalCount"]
        found += [edge["node"]["name"] for edge in users["edges"]]
        page = users["pageInfo"]

    assert names == sorted(found)
    whole = (await service.graphql(USERS)).data["artifact"]["usedBy"]
    assert found == [edge["node"]["name"] for edge in whole["edges"]]
    refused = await service.graphql(USERS.replace("shared", "weights"), after=page["endCursor"])
    assert "another artifact" in refused.error["message"]
