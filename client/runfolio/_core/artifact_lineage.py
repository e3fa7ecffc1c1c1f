"""Lineage of an artifact: artifacts, runs and edges, and a text that shows them. Made by _async/artifact.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from runfolio._core.artifact_data import ArtifactData
from runfolio._core.html import list_table
from runfolio._core.moments import utc
from runfolio._generated import ArtifactUseDirection, GetArtifactLineageArtifactLineage, LineageRunFields

A = TypeVar("A", bound=ArtifactData)


@dataclass(frozen=True, slots=True)
class LineageRun:
    """A run in a lineage. `path` is what `Api.run` takes."""

    id: str
    storage_id: str
    name: str
    state: str
    job_type: str | None
    path: str

    @classmethod
    def of(cls, fields: LineageRunFields) -> LineageRun:
        """The run of an answer."""
        project = fields.project
        path = f"{project.entity.name}/{project.name}/{fields.name}"
        return cls(fields.name, fields.id, fields.display_name, fields.state, fields.job_type, path)


@dataclass(frozen=True, slots=True)
class LineageEdge(Generic[A]):
    """`run` logged `artifact` (`is_output`), or used it, first at `at` (UTC) and as `used_as`."""

    run: LineageRun
    artifact: A
    is_output: bool
    used_as: str | None
    at: datetime

    @property
    def source(self) -> str:
        """The path of what was there before."""
        return self.run.path if self.is_output else self.artifact.source_path

    @property
    def target(self) -> str:
        """The path of what came of it."""
        return self.artifact.source_path if self.is_output else self.run.path


class ArtifactLineage(Generic[A]):
    """What an artifact was made out of and what was made out of it; `str()` shows it as one line for each edge.

    `artifacts` begins with the one that was asked about. `is_cut`: there is more than was answered.
    """

    def __init__(
        self, artifacts: Sequence[A], runs: Sequence[LineageRun], edges: Sequence[LineageEdge[A]], *, is_cut: bool
    ) -> None:
        self.artifacts = list(artifacts)
        self.runs = list(runs)
        self.edges = list(edges)
        self.is_cut = is_cut

    @classmethod
    def of(cls, fields: GetArtifactLineageArtifactLineage, artifacts: Sequence[A]) -> ArtifactLineage[A]:
        """The lineage of an answer, whose artifacts these are."""
        runs = {run.id: LineageRun.of(run) for run in fields.runs}
        by_id = {artifact.id: artifact for artifact in artifacts}
        edges = [
            LineageEdge(
                runs[use.run_id],
                by_id[use.artifact_id],
                use.direction is ArtifactUseDirection.OUTPUT,
                use.used_as,
                utc(use.at),
            )
            for use in fields.uses
            if use.run_id in runs and use.artifact_id in by_id
        ]
        return cls(artifacts, list(runs.values()), edges, is_cut=fields.is_cut)

    def __str__(self) -> str:
        lines = [f"{_short(edge)}" for edge in sorted(self.edges, key=lambda edge: edge.at)]
        return "\n".join([*lines, *(["… and more"] if self.is_cut else [])])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} ({len(self.artifacts)} artifacts, {len(self.runs)} runs)>"

    def _repr_html_(self) -> str:
        rows = [(edge.source, edge.target, edge.used_as, edge.at) for edge in self.edges]
        return list_table(repr(self), ("from", "to", "used as", "at"), rows)


def _short(edge: LineageEdge[A]) -> str:
    run = f"run {edge.run.id} ({edge.run.name})"
    artifact = f"{edge.artifact.type} {edge.artifact.name}"
    used_as = f" as {edge.used_as}" if edge.used_as else ""
    return f"{run} ─▶ {artifact}" if edge.is_output else f"{artifact} ─▶ {run}{used_as}"
