"""The front door: settings in, runs, projects and your own documents out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import httpx

from runfolio._async.artifact import AsyncArtifact, fetch_artifact_fields
from runfolio._async.deleted import AsyncDeletedProjects
from runfolio._async.people import AsyncPeople
from runfolio._async.project import AsyncProject, AsyncProjects
from runfolio._async.run import AsyncRun
from runfolio._async.run_life import fetch_run_fields
from runfolio._async.runs import AsyncRuns
from runfolio._async.transport import AsyncTransport
from runfolio._core import json_text
from runfolio._core.documents import wrap_config
from runfolio._core.errors import AuthenticationError, MalformedPathError
from runfolio._core.filters import Filter
from runfolio._core.fork_point import fork_point_input
from runfolio._core.log_queue import step_after
from runfolio._core.missing import present_entity, present_project
from runfolio._core.operations import CREATE_PROJECT, CREATE_RUN, GET_PROJECT, GET_VIEWER
from runfolio._core.paths import (
    ArtifactPath,
    ProjectPath,
    RunPath,
    new_run_id,
    parse_artifact_path,
    parse_project_path,
    parse_run_path,
)
from runfolio._core.query import read_query
from runfolio._core.run_order import Order
from runfolio._core.settings import Settings, find_settings
from runfolio._core.this_process import told_environment, told_host
from runfolio._core.user import User

if TYPE_CHECKING:
    from gql import GraphQLRequest
    from graphql import DocumentNode

TIMEOUT_S = 30.0
# Where runs go that name no project.
NO_PROJECT = "uncategorized"


class AsyncApi(AsyncPeople):
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
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = find_settings(
            base_url=base_url, api_key=api_key, entity=entity, project=project, environment=os.environ
        )
        self._transport = AsyncTransport(
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
    async def viewer(self) -> User:
        """The owner of the API key."""
        viewer = (await self._transport.execute(GET_VIEWER)).viewer
        if viewer is None:
            raise AuthenticationError(f"{self._transport.base_url} does not know whose API key this is.")
        return User.of_viewer(viewer)

    @property
    async def default_entity(self) -> str:
        """The entity of paths that name none: the setting's, else your own. Asked for once."""
        if self._default_entity is None:
            viewer = await self.viewer
            self._default_entity = viewer.username if viewer.default_entity is None else viewer.default_entity.name
        return self._default_entity

    async def run(self, path: str) -> AsyncRun:
        """The run that the path names: `entity/project/run`, less with defaults, or its URL.

        Raises MalformedPathError, and NotFoundError that says which of entity, project and run is missing.
        """
        named = parse_run_path(
            path,
            entity=self._default_entity,
            project=self._settings.project.value,
            base_url=self._transport.base_url,
        )
        full = RunPath(named.entity or await self.default_entity, named.project, named.run)
        return AsyncRun(await fetch_run_fields(self._transport, full), full, self._transport)

    async def artifact(self, path: str) -> AsyncArtifact:
        """The artifact `entity/project/name:alias`, or `name:v3`, less with defaults, or its URL.

        Without an alias it is the latest. Raises MalformedPathError, and NotFoundError that says what is missing and
        which aliases there are.
        """
        named = parse_artifact_path(
            path,
            entity=self._default_entity,
            project=self._settings.project.value,
            base_url=self._transport.base_url,
        )
        full = ArtifactPath(named.entity or await self.default_entity, named.project, named.collection, named.alias)
        return AsyncArtifact(await fetch_artifact_fields(self._transport, full), self._transport)

    async def create_run(
        self,
        path: str | None = None,
        *,
        id: str | None = None,
        name: str | None = None,
        config: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        group: str | None = None,
        job_type: str | None = None,
        notes: str | None = None,
        fork_from: str | tuple[str, float] | None = None,
    ) -> AsyncRun:
        """A run to log to, best in a `with` block: `with api.create_run("acme/demo", config={"lr": 0.1}) as run`.

        `path` is `entity/project`, which is made if there is none; without one the default project. An `id` that is
        there takes that run up again: what is None stays as it is, and so do the entries of its config that `config`
        does not name; `tags` replace the old ones. A blank `name` is made by the server; a blank `group` or `job_type`
        is none, and takes a run out of one. `fork_from` is another run of the project and a step, as `("base", 12)` or
        `"base?_step=12"`: the new run begins with that one's rows up to the step. Raises MalformedPathError,
        BadRequestError, ConflictError for the id of a run that was deleted and, for an entity that is not yours or a
        run to fork from that is not there, NotFoundError.
        """
        named = self._project_path(path or self._settings.project.value or NO_PROJECT)
        entity = named.entity or await self.default_entity
        given = {
            "entityName": entity,
            "projectName": named.project,
            # Made here, so that a repeat after a lost answer gives the same run.
            "name": id or new_run_id(),
            "displayName": name,
            "config": None if config is None else json_text.dump(wrap_config(config, {}), "config"),
            "tags": None if tags is None else list(tags),
            "group": group,
            "jobType": job_type,
            "notes": notes,
            "forkFrom": fork_point_input(fork_from),
            "host": told_host(),
            "environment": told_environment(),
        }
        change = {key: value for key, value in given.items() if value is not None}
        run = (await self._transport.execute(CREATE_RUN, {"input": change})).create_run.run
        full = RunPath(entity, named.project, run.name)
        return AsyncRun(run, full, self._transport, next_step=step_after(run.last_step))

    def runs(
        self,
        path: str | None = None,
        filters: Filter | Mapping[str, Any] | None = None,
        order: Order = "+created_at",
        per_page: int = 50,
    ) -> AsyncRuns:
        """The runs of the project `entity/project` that the filters choose; loaded as you go through them.

        `filters` is an expression such as `Config("lr") < 0.1`, or a dict in the server's language; `order` a field
        such as `"-created_at"` or `-Config("lr")` (descending), or several. Without a path, the runs of the default
        project. Raises MalformedPathError; on the first look NotFoundError, and BadRequestError whose `path` and
        `allowed` tell what in filters or order is wrong.
        """
        path = path or self._settings.project.value
        if path is None:
            raise MalformedPathError(
                "No path was given and there is no default project; give entity/project, or set RUNFOLIO_PROJECT."
            )
        named = self._project_path(path)

        async def find_entity() -> str:
            return named.entity or await self.default_entity

        return AsyncRuns(self._transport, find_entity, named.project, filters=filters, order=order, per_page=per_page)

    async def project(self, name: str, entity: str | None = None) -> AsyncProject:
        """The project `name`, or `entity/name`. Raises MalformedPathError and NotFoundError."""
        named = self._project_path(name, entity)
        owner = named.entity or await self.default_entity
        answer = await self._transport.execute(GET_PROJECT, {"entity": owner, "project": named.project})
        if answer.project is None:
            present_entity(answer.entity, owner, self._transport.base_url)
        return AsyncProject(present_project(answer.project, owner, named.project), self._transport)

    def projects(self, entity: str | None = None, per_page: int = 50) -> AsyncProjects:
        """The projects of an entity, by name; without one those of the entity in the settings, else all you may see."""
        return AsyncProjects(self._transport, entity or self._settings.entity.value, per_page=per_page)

    async def create_project(
        self, name: str, entity: str | None = None, *, description: str | None = None
    ) -> AsyncProject:
        """Make the project `name`, or `entity/name`; one that is there stays as it is, and is the answer.

        Raises MalformedPathError, BadRequestError for a name that no project may have and, for an entity that is not
        yours, NotFoundError.
        """
        named = self._project_path(name, entity)
        owner = named.entity or await self.default_entity
        given = {"entityName": owner, "name": named.project, "description": description}
        answer = await self._transport.execute(CREATE_PROJECT, {"input": given})
        return AsyncProject(answer.create_project.project, self._transport)

    def deleted_projects(self, entity: str | None = None, per_page: int = 50) -> AsyncDeletedProjects:
        """The deleted projects that you may restore, of an entity or of all, those that were deleted last first."""
        return AsyncDeletedProjects(self._transport, entity or self._settings.entity.value, per_page)

    def _project_path(self, path: str, entity: str | None = None) -> ProjectPath:
        return parse_project_path(path, entity=entity or self._default_entity, base_url=self._transport.base_url)

    async def query(
        self,
        document: str | GraphQLRequest | DocumentNode,
        variables: Mapping[str, Any] | None = None,
        *,
        operation_name: str | None = None,
    ) -> dict[str, Any]:
        """The data of your own document: text, or what `runfolio.gql` makes of it.

        Queries are repeated when they may pass later; mutations only when nothing was sent. Raises ApiError.
        """
        return await self._transport.send(read_query(document, variables, operation_name))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> AsyncApi:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}\n{self._settings!r}>"
