"""The graphs of models that a run has logged, out of its files. Called by graph/runs/model_graph.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from runfolio_server.domain.model_graph import Layer, graph_files, parse_layers
from runfolio_server.domain.names import asked_file_name
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread_if
from runfolio_server.objects.store import ObjectStore
from runfolio_server.sql.objects.files import SELECT_RUN_FILES_PAGE
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.runs import RunRow

GRAPHS_MAX: Final = 20
GRAPH_BYTES_MAX: Final = 4 * 1024 * 1024
"""Some 20,000 layers; its values take ten times as much memory while they are read."""


@dataclass(frozen=True, slots=True)
class ModelLayers:
    """The layers of the graph that is logged under a key of the summary."""

    key: str
    layers: list[Layer]


async def read_model_graphs(database: Database, store: ObjectStore, run: RunRow) -> list[ModelLayers]:
    """Those of the first keys whose files are there and are graphs. The row has the summary's text."""
    names = {key: asked_file_name(path) for key, path in list(graph_files(run.summary_text).items())[:GRAPHS_MAX]}
    if not names:
        return []
    async with database.connection() as connection:
        rows = await connection.rows(
            SELECT_RUN_FILES_PAGE, run.run_id, [*names.values()], None, None, None, GRAPHS_MAX, []
        )
    files = {row.name: row for row in rows if row.size <= GRAPH_BYTES_MAX}
    found = []
    for key, name in names.items():
        if name in files:
            file = files[name]
            pieces = await store.get_range(file.object_key, 0, file.size)
            raw = b"".join([piece async for piece in pieces])
            layers = await in_thread_if(len(raw) > HEAVY_BYTES, parse_layers, raw)
            if layers is not None:
                found.append(ModelLayers(key, layers))
    return found
