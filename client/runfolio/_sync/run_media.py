# Made from _async/run_media.py by client/unasync.py; do not edit.
"""The media of a run, read back as typed values. A part of run.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runfolio._sync.artifact_media import artifact_medium
from runfolio._sync.connected_run import ConnectedRun
from runfolio._sync.history import HistoryScan
from runfolio._sync.media import Media
from runfolio._sync.media_place import ArtifactPlace, LoggedPlace, RunPlace
from runfolio._sync.references import artifact_id_of
from runfolio._sync.tables import MediaValue, Table, medium_of, table_part
from runfolio._core.errors import NotFoundError
from runfolio._core.history import variables_of
from runfolio._core.media import INCREMENT, TABLE, ModelGraph, ModelLayer, items_of
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import LIST_MODEL_GRAPHS
from runfolio._core.reference import entry_address


class RunMedia(ConnectedRun):
    """What there is to read of a run's media."""

    def media(self, key: str, step: int | None = None) -> MediaValue | list[MediaValue]:
        """What was logged under a key, last or at a step: an Image, Html, Table, Histogram …, or a list of them.

        Of a table that is logged in increments, all up to this one. Raises NotFoundError when there is nothing under
        the key, ValueError for a value that is no medium.
        """
        if step is None:
            value = self.summary.get(key)
        else:
            rows = [row for row in self._rows_of(key, step, step + 1)]
            value = rows[-1][key] if rows else None
        if value is None:
            raise NotFoundError(f"There is no {key!r} in run {'/'.join(self.path)!r}" + _at(step), code="NOT_FOUND")
        if not isinstance(value, Mapping) or "_type" not in value:
            raise ValueError(f"{key!r} is no medium: {value!r:.100}")
        if value["_type"] == INCREMENT:
            return self._increments(key, value)
        address = entry_address(str(value.get("artifact_path") or ""))
        if address is not None and "path" not in value:
            # Joined and partitioned tables are in artifacts only.
            place = ArtifactPlace(self._transport, artifact_id_of(self._transport, address), self.name)
            return artifact_medium(place, address.name, repr(value["artifact_path"]))
        items = items_of(value)
        return self._medium(key, value) if items is None else [self._medium(key, item) for item in items]

    def model_graphs(self) -> list[ModelGraph]:
        """The models that it has logged, layer by layer, at most 10,000 of each."""
        answer = self._transport.execute(LIST_MODEL_GRAPHS, variables_of(self._path))
        project = present_project(answer.project, self.entity, self.project)
        return [
            ModelGraph(
                graph.key,
                tuple(
                    ModelLayer(layer.name, layer.type_, layer.parameter_count, layer.output_shape)
                    for layer in graph.layers
                ),
            )
            for graph in present_run(project.run, self._path).model_graphs
        ]

    def _medium(self, key: str, value: Mapping[str, Any]) -> MediaValue:
        if value.get("_type") == TABLE:
            return self._table([value])
        found = medium_of(RunPlace(self._transport, self._path), value)
        if found is None:
            raise ValueError(f"{key!r} is of the type {value.get('_type')!r}, which is no file of the run")
        return found

    def _table(self, values: Sequence[Mapping[str, Any]]) -> Table:
        """A table of one file or several, each in the artifact with which it was logged, where there is one."""
        run = RunPlace(self._transport, self._path)
        parts: list[Media] = []
        for value in values:
            address = entry_address(str(value.get("artifact_path") or ""))
            if address is None:
                parts.append(Media(run, value))
                continue
            path = value.get("path")
            place = LoggedPlace(self._transport, address, path if isinstance(path, str) else None, run)
            parts.append(table_part(place, address.name))
        return Table(parts)

    def _increments(self, key: str, last: Mapping[str, Any]) -> Table:
        """Every increment up to this one, each once."""
        found: dict[int, Mapping[str, Any]] = {}
        for row in self._rows_of(key, None, None):
            value = row[key]
            number = value.get("increment_num") if isinstance(value, Mapping) else None
            if isinstance(number, int) and number <= last.get("increment_num", 0):
                found[number] = value
        parts = [found[number] for number in sorted(found)] or [last]
        return self._table(parts)

    def _rows_of(self, key: str, low: int | None, high: int | None) -> HistoryScan:
        return HistoryScan(
            self._transport, self._path, keys=[key], page_size=1000, min_step=low, max_step=high, stream="default"
        )


def _at(step: int | None) -> str:
    return "" if step is None else f" at step {step}"
