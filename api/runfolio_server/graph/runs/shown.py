"""Runs as whoever asks sees them: whole, or without what is hidden from those who are no members.

Every door of GraphQL that leads to runs goes through here; domain/hidden.py says what is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from runfolio_server.context import Context
from runfolio_server.domain.hidden import Sight, sight_of, without_hidden
from runfolio_server.domain.viewer import Viewer
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread_if
from runfolio_server.sql.projects.projects import ProjectRow
from runfolio_server.sql.runs.runs import RunRow

if TYPE_CHECKING:
    from runfolio_server.graph.runs.run import Run

R = TypeVar("R", bound=RunRow)


def project_sight(viewer: Viewer, project: ProjectRow) -> Sight:
    """What the viewer sees of a project that they have been shown."""
    return sight_of(viewer, project.entity_id, project.visibility)


async def shown_rows(rows: Sequence[R], sight: Sight) -> list[R]:
    """The rows of a project's runs with what is to be seen of each."""
    if sight.sees_all:
        return list(rows)
    size = sum(len(row.config_text or "") for row in rows)

    def masked() -> list[R]:
        return [row if sight.of_run(row.created_by) else without_hidden(row) for row in rows]

    return await in_thread_if(size > HEAVY_BYTES, masked)


async def shown_runs(context: Context, rows: Sequence[RunRow]) -> list[Run]:
    """Runs that the viewer may see, of whatever projects, in their order; None is never among them."""
    from runfolio_server.graph.runs.run import Run

    projects = await context.loaders.project.load_many([row.project_id for row in rows])
    found: list[Run] = []
    for row, project in zip(rows, projects, strict=True):
        sight = Sight(sees_all=False) if project is None else project_sight(context.viewer, project)
        (shown,) = await shown_rows([row], sight)
        found.append(Run.of(shown, sees_all=sight.of_run(row.created_by)))
    return found
