# Made from _async/run_copying.py by client/unasync.py; do not edit.
"""A run is copied, or moved to another project. Extended by run_deletion.py."""

from __future__ import annotations

from typing import Any, Self

from runfolio._sync.connected_run import ConnectedRun
from runfolio._core.operations import COPY_RUN, MOVE_RUN
from runfolio._core.paths import RunPath, new_run_id, parse_project_path


class RunCopying(ConnectedRun):
    """A run elsewhere."""

    def move(self, project: str, *, id: str | None = None) -> None:
        """Move the run, which has ended, to `entity/project` with all that it has; afterwards this is the moved one.

        Its id stays the same, unless another is given, and stays taken where it was. Edits that were not sent are gone.
        Raises MalformedPathError, NotFoundError, and ConflictError for a run that has not ended or an id that is taken.
        """
        path, given = self._place(project, id or self.id)
        answer = self._transport.execute(MOVE_RUN, {"input": given})
        self._path = path
        self._take(answer.move_run.run)

    def copy(self, project: str | None = None, *, id: str | None = None) -> Self:
        """A copy of the run, which has ended, in `entity/project` with all that it has; unless told in its own project.

        The copy has a new id, or the one that is given. Raises as `move` does.
        """
        # Made here, so that a repeat after a lost answer gives the same copy.
        path, given = self._place(project or f"{self.entity}/{self.project}", id or new_run_id())
        answer = self._transport.execute(COPY_RUN, {"input": given})
        return type(self)(answer.copy_run.run, path, self._transport)

    def _place(self, project: str, run_id: str) -> tuple[RunPath, dict[str, Any]]:
        named = parse_project_path(project, entity=self.entity, base_url=self._transport.base_url)
        path = RunPath(named.entity, named.project, run_id)
        given = {"id": self.storage_id, "entityName": path.entity, "projectName": path.project, "name": run_id}
        return path, given
