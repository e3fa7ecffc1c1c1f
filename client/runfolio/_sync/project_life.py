# Made from _async/project_life.py by client/unasync.py; do not edit.
"""A project is renamed, described, deleted and restored. A part of project.py."""

from __future__ import annotations

from typing import Any

from runfolio._sync.transport import Transport
from runfolio._core.operations import DELETE_PROJECT, RESTORE_PROJECT, UPDATE_PROJECT
from runfolio._core.project_data import ProjectData
from runfolio._core.run_changes import KEEP, Keep
from runfolio._generated import ProjectFields


class ProjectLife(ProjectData):
    """The life of a project."""

    def __init__(self, fields: ProjectFields, transport: Transport) -> None:
        super().__init__(fields, transport.base_url)
        self._transport = transport

    def update(self, *, name: str | Keep = KEEP, description: str | Keep | None = KEEP) -> None:
        """Rename or describe the project: what is given, and nothing else; None clears the description.

        Its former name leads to it until another project is called so. Raises BadRequestError for a name that no
        project may have, ConflictError for one that another has.
        """
        given = {"name": name, "description": description}
        change: dict[str, Any] = {key: value for key, value in given.items() if value is not KEEP}
        answer = self._transport.execute(UPDATE_PROJECT, {"input": {"id": self.id, **change}})
        self._fields = answer.update_project.project

    def delete(self) -> None:
        """Delete the project with its runs: it is gone for everybody, and its name is free. Again does nothing.

        It can be restored for some days; `Api.deleted_projects` tells until when.
        """
        self._transport.execute(DELETE_PROJECT, {"input": {"id": self.id}})

    def restore(self, name: str | None = None) -> None:
        """Bring the deleted project back as it was, called `name` if that is given.

        Raises ConflictError when another project is called so, and when it is too late.
        """
        self._fields = restore_project(self._transport, self.id, name)


def restore_project(transport: Transport, project_id: str, name: str | None) -> ProjectFields:
    """Bring a deleted project back. Raises ConflictError."""
    answer = transport.execute(RESTORE_PROJECT, {"input": {"id": project_id, "name": name}})
    return answer.restore_project.project
