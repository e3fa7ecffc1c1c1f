# Made from _async/project.py by client/unasync.py; do not edit.
"""Projects: one, and the list of those that you may see. Made by api.py."""

from __future__ import annotations

from runfolio._sync.pages import Pages
from runfolio._sync.run import Run, fetch_run_fields
from runfolio._sync.runs import Runs
from runfolio._sync.transport import Transport
from runfolio._core.html import list_table
from runfolio._core.operations import LIST_PROJECTS
from runfolio._core.page import Page
from runfolio._core.paths import RunPath
from runfolio._core.project_data import ProjectData
from runfolio._generated import ProjectFields


class Project(ProjectData):
    """A named set of runs inside an entity."""

    def __init__(self, fields: ProjectFields, transport: Transport) -> None:
        super().__init__(fields, transport.base_url)
        self._transport = transport

    def runs(self, per_page: int = 50) -> Runs:
        """Its runs, oldest first."""

        def find_entity() -> str:
            return self.entity

        return Runs(self._transport, find_entity, self.name, per_page=per_page)

    def run(self, run_id: str) -> Run:
        """Its run of this id. Raises NotFoundError when there is none."""
        path = RunPath(self.entity, self.name, run_id)
        return Run(fetch_run_fields(self._transport, path), path, self._transport)


class Projects(Pages[Project]):
    """Projects by name: those of an entity, or with None all that you may see."""

    def __init__(self, transport: Transport, entity: str | None, *, per_page: int = 50) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._entity = entity

    def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[Project]:
        answer = self._transport.execute(
            LIST_PROJECTS, {"entity": self._entity, "first": first, "after": after, "withTotal": with_total}
        )
        found = answer.projects
        projects = [Project(edge.node, self._transport) for edge in found.edges]
        return Page(projects, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)

    def _repr_html_(self) -> str:
        rows = [(project.entity, project.name, project.description) for project in self._items]
        return list_table(repr(self), ("entity", "name", "description"), rows)
