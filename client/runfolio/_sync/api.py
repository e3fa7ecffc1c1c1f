# Made from _async/api.py by client/unasync.py; do not edit.
"""The front door: settings in, runs, projects and your own documents out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

import httpx

from runfolio._sync.project import Project, Projects
from runfolio._sync.run import Run, fetch_run_fields
from runfolio._sync.runs import Runs
from runfolio._sync.transport import Transport
from runfolio._core.errors import AuthenticationError, MalformedPathError
from runfolio._core.missing import present_entity, present_project
from runfolio._core.operations import GET_PROJECT, GET_VIEWER
from runfolio._core.paths import RunPath, parse_project_path, parse_run_path
from runfolio._core.query import read_query
from runfolio._core.settings import Settings, find_settings
from runfolio._core.user import User

if TYPE_CHECKING:
    from gql import GraphQLRequest
    from graphql import DocumentNode

TIMEOUT_S = 30.0


class Api:
    """A connection to a runfolio server. Nothing is sent before you ask for something.

    `base_url` and `api_key` come from the argument, RUNFOLIO_BASE_URL and RUNFOLIO_API_KEY, WANDB_BASE_URL and
    WANDB_API_KEY, the netrc file, or the data directory of a server on this machine; `entity` and `project` stand in
    for what a path leaves out. `settings` tells where each was found. `timeout` is in seconds, for one call with its
    repetitions. `transport` replaces the network, for tests.

    Raises ConfigurationError when there is no key. Close it, or use it in a `with` block, to close the connections.
    """

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        entity: str | None = None,
        project: str | None = None,
        timeout: float = TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._settings = find_settings(
            base_url=base_url, api_key=api_key, entity=entity, project=project, environment=os.environ
        )
        self._transport = Transport(
            self._settings.base_url.value or "",
            self._settings.api_key.value or "",
            timeout_s=timeout,
            transport=transport,
        )
        self._default_entity = self._settings.entity.value

    @property
    def settings(self) -> Settings:
        """The settings that apply, and where each came from."""
        return self._settings

    @property
    def viewer(self) -> User:
        """The owner of the API key."""
        viewer = (self._transport.execute(GET_VIEWER)).viewer
        if viewer is None:
            raise AuthenticationError(f"{self._transport.base_url} does not know whose API key this is.")
        return User.of_viewer(viewer)

    @property
    def default_entity(self) -> str:
        """The entity of paths that name none: the setting's, else your own. Asked for once."""
        if self._default_entity is None:
            viewer = self.viewer
            self._default_entity = viewer.username if viewer.default_entity is None else viewer.default_entity.name
        return self._default_entity

    def run(self, path: str) -> Run:
        """The run that the path names: `entity/project/run`, less with defaults, or its URL.

        Raises MalformedPathError, and NotFoundError that says which of entity, project and run is missing.
        """
        named = parse_run_path(path, entity=self._default_entity, project=self._settings.project.value)
        full = RunPath(named.entity or self.default_entity, named.project, named.run)
        return Run(fetch_run_fields(self._transport, full), full, self._transport)

    def runs(self, path: str | None = None, per_page: int = 50) -> Runs:
        """The runs of the project `entity/project`, oldest first; loaded as you go through them.

        Without a path, those of the default project. Raises MalformedPathError; NotFoundError on the first look.
        """
        path = path or self._settings.project.value
        if path is None:
            raise MalformedPathError(
                "No path was given and there is no default project; give entity/project, or set RUNFOLIO_PROJECT."
            )
        named = parse_project_path(path, entity=self._default_entity)

        def find_entity() -> str:
            return named.entity or self.default_entity

        return Runs(self._transport, find_entity, named.project, per_page=per_page)

    def project(self, name: str, entity: str | None = None) -> Project:
        """The project `name`, or `entity/name`. Raises MalformedPathError and NotFoundError."""
        named = parse_project_path(name, entity=entity or self._default_entity)
        owner = named.entity or self.default_entity
        answer = self._transport.execute(GET_PROJECT, {"entity": owner, "project": named.project})
        if answer.project is None:
            present_entity(answer.entity, owner, self._transport.base_url)
        return Project(present_project(answer.project, owner, named.project), self._transport)

    def projects(self, entity: str | None = None, per_page: int = 50) -> Projects:
        """The projects of an entity, by name; without one those of the entity in the settings, else all you may see."""
        return Projects(self._transport, entity or self._settings.entity.value, per_page=per_page)

    def query(
        self,
        document: str | GraphQLRequest | DocumentNode,
        variables: Mapping[str, Any] | None = None,
        *,
        operation_name: str | None = None,
    ) -> dict[str, Any]:
        """The data of your own document: text, or what `runfolio.gql` makes of it.

        Queries are repeated when they may pass later; mutations only when nothing was sent. Raises ApiError.
        """
        return self._transport.send(read_query(document, variables, operation_name))

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Api:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}\n{self._settings!r}>"
