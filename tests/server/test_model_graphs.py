"""The models of a run, out of the files of their graphs: what is no graph, too large or gone is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runfolio_server.actions.runs import model_graphs
from tests.service import Service

ALLOW = (
    "mutation($run: String!, $files: [String!]!) { createRunFiles(input:"
    ' {entityName: "ada", projectName: "p", runName: $run, files: $files}) { files { uploadUrl } } }'
)
MODELS = (
    'query($run: String!, $first: Int) { project(name: "p") { run(name: $run) { modelGraphs { key layerCount'
    " layers(first: $first) { name type parameterCount outputShape } } } } }"
)


async def _log(service: Service, run: str, **graphs: Any) -> None:
    """A run with graphs by key: bytes as they are, other values as JSON; None: the file is missing."""
    await service.start_run(run)
    names = {key: f"media/graph/{key}.graph.json" for key in graphs}
    summary = {key: {"_type": "graph-file", "path": name} for key, name in names.items()}
    body = {"files": {"wandb-summary.json": {"offset": 0, "content": [json.dumps({**summary, "loss": 1})]}}}
    assert 200 == (await service.stream(f"ada/p/{run}", body)).status
    there = {name: graphs[key] for key, name in names.items() if graphs[key] is not None}
    allowed = (await service.graphql(ALLOW, run=run, files=[*there])).data["createRunFiles"]["files"]
    for upload, graph in zip(allowed, there.values(), strict=True):
        content = graph if isinstance(graph, bytes) else json.dumps(graph).encode()
        assert 200 == (await service.http.put(upload["uploadUrl"], content=content)).status_code


async def _models(service: Service, run: str, **choice: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await service.graphql(MODELS, run=run, **choice)).data["project"]["run"][
        "modelGraphs"
    ]
    return found


async def test_the_layers_of_each_model_come_in_their_order(service: Service) -> None:
    nodes = [
        {"id": 7, "name": "a", "class_name": "Dense", "num_parameters": 3, "output_shape": [None, 2]},
        {"id": 8, "class_name": "Linear(in=2, out=(1))", "num_parameters": [4, [5, None]], "output_shape": [[1], [2]]},
        {"name": "c", "num_parameters": "many", "output_shape": None},
    ]
    await _log(service, "layers", b={"nodes": nodes, "edges": []}, a={"nodes": []})

    first, second = await _models(service, "layers")

    assert {"key": "a", "layerCount": 0, "layers": []} == first
    assert ("b", 3) == (second["key"], second["layerCount"])
    assert [
        {"name": "a", "type": "Dense", "parameterCount": 3, "outputShape": [None, 2]},
        {"name": "8", "type": "Linear", "parameterCount": 9, "outputShape": [[1], [2]]},
        {"name": "c", "type": "", "parameterCount": None, "outputShape": None},
    ] == second["layers"]
    assert [0, 2] == [len(graph["layers"]) for graph in await _models(service, "layers", first=2)]


async def test_what_is_no_graph_is_left_out(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_graphs, "GRAPH_BYTES_MAX", 100)
    await _log(
        service,
        "odd",
        bytes=b"\xff{",
        gone=None,
        good={"nodes": [{"name": "x"}, "no node"]},
        large={"nodes": [{"name": "x" * 200}]},
        list=[1],
        text={"nodes": "none"},
    )

    found = await _models(service, "odd")

    assert [("good", 1)] == [(graph["key"], graph["layerCount"]) for graph in found]


async def test_a_run_without_a_model_has_none_and_the_page_of_layers_is_bounded(service: Service) -> None:
    await service.start_run("bare")
    await _log(service, "bounded", a={"nodes": []})

    answer = await service.graphql(MODELS, run="bounded", first=10_001)

    assert [] == await _models(service, "bare")
    assert (400, "first") == (answer.status, answer.error["extensions"]["path"])


async def test_no_more_than_so_many_models_are_read(service: Service) -> None:
    await _log(service, "many", **{f"g{number:02}": {"nodes": []} for number in range(25)})

    assert [f"g{number:02}" for number in range(20)] == [graph["key"] for graph in await _models(service, "many")]
