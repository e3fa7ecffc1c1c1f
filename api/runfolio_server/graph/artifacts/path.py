"""An artifact by its path: `entity/project/name:alias`. Used by the root of reading."""

from __future__ import annotations

from runfolio_server.actions.access import visible_project
from runfolio_server.actions.artifacts.found import visible_version
from runfolio_server.domain.permission import Permission
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import value_excerpt
from runfolio_server.graph.artifacts.artifact import Artifact
from runfolio_server.graph.info import RequestInfo


async def find_artifact(info: RequestInfo, path: str) -> Artifact | None:
    """The artifact to which the path leads, if the viewer may see it; without an entity the viewer's own.

    Raises AppError for what is no path.
    """
    *owner, project_name, name = ["", *path.split("/")] if "/" in path else ["", "", path]
    if len(owner) > 2 or not project_name or not name:
        raise AppError(
            f"path {value_excerpt(path)} names no artifact; allowed: entity/project/name:alias, project/name:v3",
            path="path",
            allowed=("entity/project/name:alias", "project/name:alias"),
        )
    context = info.context
    async with context.database.connection() as connection:
        project = await visible_project(connection, context.viewer, Permission.READ, owner[-1] or None, project_name)
        if project is None:
            return None
        found = await visible_version(connection, context.viewer, project.project_id, name)
    if found is None:
        return None
    row = await context.loaders.artifacts.artifact.load(found.membership.artifact_id)
    return None if row is None else Artifact.of(row, found.membership)
