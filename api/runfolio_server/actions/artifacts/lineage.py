"""Lineage over several hops: which runs made an artifact out of what, and what was made out of it. Called by graph/.

A hop leads from artifacts through runs to other artifacts. It costs two statements, however many these are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from runfolio_server.domain.artifact_state import UseDirection
from runfolio_server.domain.viewer import Viewer
from runfolio_server.sql.artifacts.uses import SELECT_USES_OF_ARTIFACTS, SELECT_USES_OF_RUNS, UseRow
from runfolio_server.sql.pool import Connection

# Farther than a chain of training, evaluation and export goes; each hop is two statements.
HOPS_MAX: Final = 10
# Each leads to an artifact or a run that the answer has: as many as fit on a page of a list.
EDGES_MAX: Final = 1000

Visible = Callable[[Sequence[int]], Awaitable[set[int]]]
"""Which of these artifacts the viewer sees: only through them the way goes on."""


@dataclass(slots=True)
class Lineage:
    """The edges that were found, each once, in the order in which they were found, and the artifacts at their ends.

    `is_cut`: there are EDGES_MAX edges, and there may be more.
    """

    artifact_ids: list[int]
    edges: dict[tuple[UUID, int, str], UseRow] = field(default_factory=dict)
    is_cut: bool = False

    @property
    def run_ids(self) -> list[UUID]:
        """The runs, in the order in which they were found."""
        return list(dict.fromkeys(edge.run_id for edge in self.edges.values()))

    @property
    def room(self) -> int:
        """How many more edges there may be."""
        return EDGES_MAX - len(self.edges)

    def ends_here(self) -> bool:
        """Whether there is no room to go on, which is told."""
        self.is_cut = self.is_cut or not self.room
        return not self.room

    def add(self, edges: Sequence[UseRow]) -> list[UseRow]:
        """Take edges; those that were taken."""
        taken = edges[: self.room]
        self.is_cut = self.is_cut or len(taken) < len(edges)
        self.edges |= {(edge.run_id, edge.artifact_id, edge.direction): edge for edge in taken}
        return list(taken)


async def lineage_of(
    connection: Connection,
    viewer: Viewer,
    artifact_id: int,
    hops: int,
    *,
    is_up: bool,
    is_down: bool,
    visible: Visible,
) -> Lineage:
    """What lies up to so many hops before the artifact (`is_up`), and behind it (`is_down`). The viewer has seen it."""
    found = Lineage([artifact_id])
    for is_wanted, nearer, farther in (
        (is_up, UseDirection.OUTPUT, UseDirection.INPUT),
        (is_down, UseDirection.INPUT, UseDirection.OUTPUT),
    ):
        frontier, seen_runs = [artifact_id], set[UUID]()
        for _ in range(hops if is_wanted else 0):
            if not frontier or found.ends_here():
                break
            frontier = await _hop(connection, viewer, found, frontier, nearer, farther, seen_runs, visible)
    return found


async def _hop(
    connection: Connection,
    viewer: Viewer,
    found: Lineage,
    frontier: Sequence[int],
    nearer: UseDirection,
    farther: UseDirection,
    seen_runs: set[UUID],
    visible: Visible,
) -> list[int]:
    """Through the runs beside these artifacts to the artifacts beyond; those that are new."""
    near = await connection.rows(SELECT_USES_OF_ARTIFACTS, list(frontier), nearer, viewer, found.room + 1)
    runs = [run_id for run_id in dict.fromkeys(edge.run_id for edge in found.add(near)) if run_id not in seen_runs]
    seen_runs.update(runs)
    if not runs or found.ends_here():
        return []
    # With the edges of the other direction, which are no part of this way: a run has few beside those of one.
    beyond = await connection.rows(SELECT_USES_OF_RUNS, runs, 2 * EDGES_MAX)
    found.is_cut = found.is_cut or len(beyond) == 2 * EDGES_MAX
    far = [edge for edge in beyond if edge.direction == farther]
    known = set(found.artifact_ids)
    seen = await visible([edge.artifact_id for edge in far])
    taken = found.add([edge for edge in far if edge.artifact_id in seen])
    new = [each for each in dict.fromkeys(edge.artifact_id for edge in taken) if each not in known]
    found.artifact_ids += new
    return new
