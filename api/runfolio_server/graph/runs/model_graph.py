"""The models of a run, layer by layer."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.runs.model_graphs import ModelLayers, read_model_graphs
from runfolio_server.domain.model_graph import Layer
from runfolio_server.errors import AppError
from runfolio_server.graph.execution.row_fields import reads
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs, items
from runfolio_server.graph.relay.scalars import JSON, Int64
from runfolio_server.sql.runs.runs import RunRow

LAYERS_DEFAULT = 1000
LAYERS_MAX = 10_000
READING_FILES = 500
"""What it costs to read the files of graphs, of megabytes each."""
GRAPHS_ASSUMED = 2
"""A run has one model, most often."""


@strawberry.type(description="One layer of a model.")
class ModelLayer:
    """A layer."""

    name: str = strawberry.field(description="Its name in the model.")
    type: str = strawberry.field(description="Its class, such as `Linear`; empty: unknown.")
    parameter_count: Int64 | None = strawberry.field(description="How many parameters it has; null: unknown.")
    output_shape: JSON | None = strawberry.field(
        description="The shape of its output as the program told it: a list, in which null is any size, or several. "
        "Null: unknown."
    )

    @classmethod
    def of(cls, layer: Layer) -> ModelLayer:
        """The layer of a graph."""
        count = layer.parameter_count
        return cls(
            name=layer.name,
            type=layer.type,
            parameter_count=None if count is None else Int64(count),
            output_shape=None if layer.output_shape is None else JSON(layer.output_shape),
        )


@strawberry.type(description="A model that a run has logged.")
class ModelGraph:
    """The graph of a model."""

    found: strawberry.Private[ModelLayers]

    @strawberry.field(description="The key of the summary under which it was logged.")
    def key(self) -> str:
        """The key."""
        return self.found.key

    @strawberry.field(description="How many layers it has.")
    def layer_count(self) -> int:
        """All of them."""
        return len(self.found.layers)

    @strawberry.field(
        description="Its layers, in the order of the program.", metadata=costs(items("first", LAYERS_DEFAULT))
    )
    def layers(
        self,
        first: Annotated[
            int | None, strawberry.argument(description="How many; 1,000 unless told, at most 10,000.")
        ] = strawberry.UNSET,
    ) -> list[ModelLayer]:
        """The first layers."""
        size = first if isinstance(first, int) else LAYERS_DEFAULT
        if not 0 <= size <= LAYERS_MAX:
            raise AppError(f"first is {size}; allowed: 0 to {LAYERS_MAX}", path="first")
        return [ModelLayer.of(layer) for layer in self.found.layers[:size]]


@strawberry.type
class RunModels:
    """The field of Run that tells its models."""

    row: strawberry.Private[RunRow]

    @strawberry.field(
        description="The models that it has logged, by key: of the first 20 keys, those whose files are there and have "
        "at most 4 MiB.",
        metadata={**reads("summary_text"), **costs(lambda _: Cost(READING_FILES, GRAPHS_ASSUMED))},
    )
    async def model_graphs(self, info: RequestInfo) -> list[ModelGraph]:
        """Read the files of the graphs."""
        context = info.context
        found = await read_model_graphs(context.database, context.object_store, self.row)
        return [ModelGraph(found=graph) for graph in found]
