"""The layers of a model, as programs log its graph: a file of JSON, named by a value of the run's summary. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from runfolio_server.domain import json_text

GRAPH_TYPE: Final = "graph-file"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: `output_shape` is JSON as it was logged, such as [null, 10]; None where it was not told."""

    name: str
    type: str
    parameter_count: int | None
    output_shape: Any


def graph_files(summary_text: str) -> dict[str, str]:
    """The name of the file of each graph, by the key of the summary that leads to it, in order of keys."""
    if GRAPH_TYPE not in summary_text:
        return {}
    summary = json_text.parse(summary_text.encode())
    found = summary.items() if isinstance(summary, dict) else ()
    return {
        key: value["path"]
        for key, value in sorted(found)
        if isinstance(value, dict) and value.get("_type") == GRAPH_TYPE and isinstance(value.get("path"), str)
    }


def parse_layers(raw: bytes) -> list[Layer] | None:
    """The layers of a file, in its order; None: it is no graph."""
    try:
        graph = json_text.parse(raw)
    except ValueError:
        return None
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    if not isinstance(nodes, list):
        return None
    return [_layer(node) for node in nodes if isinstance(node, dict)]


def _layer(node: Mapping[str, Any]) -> Layer:
    # PyTorch's graphs have a class with its arguments: `Linear(in_features=3, …)`.
    type_ = str(node.get("class_name") or "").partition("(")[0]
    name = node.get("name")
    return Layer(
        str(node.get("id", "") if name is None else name),
        type_,
        _count(node.get("num_parameters")),
        node.get("output_shape"),
    )


def _count(told: Any) -> int | None:
    """How many parameters: told as one number, or as one for each tensor."""
    if isinstance(told, list):
        counts = [_count(part) for part in told]
        return sum(count for count in counts if count is not None)
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 2**63 else None
