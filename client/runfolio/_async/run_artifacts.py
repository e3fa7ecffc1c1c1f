"""Artifacts of a run: those it logged and those it used. Extended by run.py."""

from __future__ import annotations

from runfolio._async.artifacts import AsyncRunArtifactList
from runfolio._async.connected_run import AsyncConnectedRun


class AsyncRunArtifacts(AsyncConnectedRun):
    """What a run has to do with artifacts."""

    def logged_artifacts(
        self, *, name: str | None = None, type: str | None = None, per_page: int = 50
    ) -> AsyncRunArtifactList:
        """The artifacts that it logged, in the order of time: with this in their name, of this type."""
        return AsyncRunArtifactList(
            self._transport, self._path, is_output=True, name=name, type=type, per_page=per_page
        )

    def used_artifacts(
        self, *, name: str | None = None, type: str | None = None, per_page: int = 50
    ) -> AsyncRunArtifactList:
        """The artifacts that it used, likewise."""
        return AsyncRunArtifactList(
            self._transport, self._path, is_output=False, name=name, type=type, per_page=per_page
        )
