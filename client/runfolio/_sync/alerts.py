# Made from _async/alerts.py by client/unasync.py; do not edit.
"""The alerts that runs have raised: of one run, and of a project. Made by run_life.py and project.py."""

from __future__ import annotations

from runfolio._sync.pages import Pages
from runfolio._sync.transport import Transport
from runfolio._core.alert import Alert
from runfolio._core.history import variables_of
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import LIST_ALERTS, LIST_PROJECT_ALERTS
from runfolio._core.page import Page
from runfolio._core.paths import ProjectPath, RunPath


class Alerts(Pages[Alert]):
    """The alerts of a run, the oldest first."""

    def __init__(self, transport: Transport, path: RunPath, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._path = path

    def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[Alert]:
        variables = {**variables_of(self._path), "first": first, "after": after, "withTotal": with_total}
        answer = self._transport.execute(LIST_ALERTS, variables)
        project = present_project(answer.project, str(self._path.entity), self._path.project)
        found = present_run(project.run, self._path).alerts
        alerts = [Alert.of(edge.node, self._path.run) for edge in found.edges]
        return Page(alerts, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)


class ProjectAlerts(Pages[Alert]):
    """The alerts of all runs of a project, the newest first."""

    def __init__(self, transport: Transport, path: ProjectPath, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._path = path

    def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[Alert]:
        entity = self._path.entity or ""
        variables = {"entity": entity, "project": self._path.project, "first": first, "after": after}
        answer = self._transport.execute(LIST_PROJECT_ALERTS, {**variables, "withTotal": with_total})
        found = present_project(answer.project, entity, self._path.project).alerts
        alerts = [Alert.of(edge.node.alert, edge.node.run_name) for edge in found.edges]
        return Page(alerts, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)
