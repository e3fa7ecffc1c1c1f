# Made from _async/deleted.py by client/unasync.py; do not edit.
"""Runs and projects that were deleted, and their way back. Made by project.py and api.py."""

from __future__ import annotations

from runfolio._sync.pages import Pages
from runfolio._sync.project_life import restore_project
from runfolio._sync.run_deletion import undelete_run
from runfolio._sync.transport import Transport
from runfolio._core.deleted import DeletedProjectData, DeletedRunData
from runfolio._core.missing import present_entity, present_project
from runfolio._core.operations import LIST_DELETED_PROJECTS, LIST_DELETED_RUNS
from runfolio._core.page import Page
from runfolio._core.paths import ProjectPath
from runfolio._generated import DeletedProjectFields, DeletedRunFields


class DeletedRun(DeletedRunData):
    """A run that was deleted: its id stays taken."""

    def __init__(self, fields: DeletedRunFields, path: ProjectPath, transport: Transport) -> None:
        super().__init__(fields)
        self._path = path
        self._transport = transport

    def undelete(self) -> None:
        """Bring the run back as it was. One that is there stays so. Raises ConflictError when it is too late."""
        undelete_run(self._transport, self._path.entity or "", self._path.project, self.storage_id)


class DeletedRuns(Pages[DeletedRun]):
    """The deleted runs of a project, those that were deleted last first."""

    def __init__(self, transport: Transport, path: ProjectPath, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._path = path

    def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[DeletedRun]:
        entity = self._path.entity or ""
        variables = {"entity": entity, "project": self._path.project, "first": first, "after": after}
        answer = self._transport.execute(LIST_DELETED_RUNS, {**variables, "withTotal": with_total})
        if answer.project is None:
            present_entity(answer.entity, entity, self._transport.base_url)
        found = present_project(answer.project, entity, self._path.project).deleted_runs
        runs = [DeletedRun(edge.node, self._path, self._transport) for edge in found.edges]
        return Page(runs, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)


class DeletedProject(DeletedProjectData):
    """A project that was deleted: its name is free."""

    def __init__(self, fields: DeletedProjectFields, transport: Transport) -> None:
        super().__init__(fields)
        self._transport = transport

    def restore(self, name: str | None = None) -> None:
        """Bring the project back as it was, called `name` if that is given.

        Raises ConflictError when another project is called so, and when it is too late.
        """
        restore_project(self._transport, self.id, name)


class DeletedProjects(Pages[DeletedProject]):
    """The deleted projects that you may restore, those that were deleted last first."""

    def __init__(self, transport: Transport, entity: str | None, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._entity = entity

    def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[DeletedProject]:
        answer = self._transport.execute(
            LIST_DELETED_PROJECTS, {"entity": self._entity, "first": first, "after": after, "withTotal": with_total}
        )
        found = answer.deleted_projects
        projects = [DeletedProject(edge.node, self._transport) for edge in found.edges]
        return Page(projects, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)
