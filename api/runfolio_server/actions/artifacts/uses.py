"""Notes that a run uses an artifact."""

from __future__ import annotations

from uuid import UUID

from runfolio_server.actions.artifacts.argument_paths import CANONICAL, ArgumentPaths
from runfolio_server.actions.artifacts.found import checked_artifact
from runfolio_server.domain.artifact_state import UseDirection
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.uses import INSERT_USE
from runfolio_server.sql.pool import Database

# A short name that the program has for its input.
USED_AS_MAX = 1024


async def use_artifact(
    database: Database,
    viewer: Viewer,
    artifact_id: int,
    run_id: UUID,
    used_as: str | None = None,
    *,
    paths: ArgumentPaths = CANONICAL,
) -> ArtifactRow:
    """Add an edge from a committed artifact to a run to which the viewer may log, as the caller has checked.

    Idempotent: a run uses an artifact once, however often it says so; `used_as` is what it last called it.
    Raises NotFound for an artifact that the viewer may not see, AppError for a `used_as` that is too long.
    """
    if used_as is not None and (len(used_as) > USED_AS_MAX or "\0" in used_as):
        raise AppError(f"usedAs has {len(used_as)} characters; allowed: {USED_AS_MAX}, no NUL", path=paths.used_as)
    async with database.transaction() as connection:
        artifact = await checked_artifact(connection, viewer, Permission.READ, artifact_id, path=paths.artifact)
        await connection.execute(INSERT_USE, run_id, artifact.artifact_id, UseDirection.INPUT.value, used_as)
    return artifact
