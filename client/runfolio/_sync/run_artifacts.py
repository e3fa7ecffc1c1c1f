# Made from _async/run_artifacts.py by client/unasync.py; do not edit.
"""Artifacts of a run: those it logged and those it used. Extended by run.py."""

from __future__ import annotations

from runfolio._sync.artifacts import RunArtifactList
from runfolio._sync.connected_run import ConnectedRun


class RunArtifacts(ConnectedRun):
    """What a run has to do with artifacts."""

    def logged_artifacts(
        self, *, name: str | None = None, type: str | None = None, per_page: int = 50
    ) -> RunArtifactList:
        """The artifacts that it logged, in the order of time: with this in their name, of this type."""
        return RunArtifactList(
            self._transport, self._path, is_output=True, name=name, type=type, per_page=per_page
        )

    def used_artifacts(
        self, *, name: str | None = None, type: str | None = None, per_page: int = 50
    ) -> RunArtifactList:
        """The artifacts that it used, likewise."""
        return RunArtifactList(
            self._transport, self._path, is_output=False, name=name, type=type, per_page=per_page
        )
