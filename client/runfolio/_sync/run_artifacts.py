# Made from _async/run_artifacts.py by client/unasync.py; do not edit.
"""Artifacts of a run: those it logged and used, and how it does so. Extended by run.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runfolio._sync.artifact import AT_ONCE, Artifact, fetch_artifact_fields
from runfolio._sync.artifact_upload import make_artifact
from runfolio._sync.artifacts import RunArtifactList
from runfolio._sync.connected_run import ConnectedRun
from runfolio._core import json_text
from runfolio._core.artifact_sources import ArtifactFilesInput, read_sources
from runfolio._core.operations import RECORD_ARTIFACT_USE
from runfolio._core.paths import LATEST, ArtifactPath, parse_artifact_path


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

    def log_artifact(
        self,
        files: ArtifactFilesInput,
        name: str,
        type: str,
        aliases: Sequence[str] | str = (),
        *,
        description: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] = (),
        at_once: int = AT_ONCE,
        progress: bool | None = None,
    ) -> Artifact:
        """Log files as the next version of `name`: a path, several, or a dict of names with paths or bytes.

        Of a directory it is all that is below. The version is there whole or not at all, and `latest` and the `aliases`
        lead to it then. When its files are those of a version that is there, that one is answered, with the aliases.
        The type of a name never changes.
        Files that the server has already are not sent again; the others go `at_once`, so many side by side. `progress`
        as in Artifact.download. Raises FileNotFoundError, BadRequestError for a name, alias or tag that is not
        allowed, and ConflictError for another type.
        """
        given = [aliases] if isinstance(aliases, str) else list(aliases)
        wanted: dict[str, Any] = {
            "runId": self.storage_id,
            "collection": name,
            "type": type,
            "aliases": list(dict.fromkeys([LATEST, *given])),
            "tags": list(tags),
        }
        if description is not None:
            wanted["description"] = description
        if metadata is not None:
            wanted["metadata"] = json_text.dump(dict(metadata), "metadata")
        return make_artifact(self._transport, wanted, read_sources(files), at_once=at_once, progress=progress)

    def use_artifact(self, artifact: Artifact | str, used_as: str | None = None) -> Artifact:
        """Say that it uses an artifact, or that of a path such as `weights:latest`, and return it.

        Less of the path than `entity/project/name:alias` means the run's own project. `used_as` is what the run calls
        it. Raises MalformedPathError and NotFoundError.
        """
        if isinstance(artifact, str):
            named = parse_artifact_path(
                artifact, entity=self.entity, project=self.project, base_url=self._transport.base_url
            )
            path = ArtifactPath(named.entity or self.entity, named.project, named.collection, named.alias)
            artifact = Artifact(fetch_artifact_fields(self._transport, path), self._transport)
        edge: dict[str, object] = {"runId": self.storage_id, "artifactId": artifact.id}
        if used_as is not None:
            edge["usedAs"] = used_as
        self._transport.execute(RECORD_ARTIFACT_USE, {"input": edge})
        return artifact
