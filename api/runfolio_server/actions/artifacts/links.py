"""Links artifacts into portfolios, and takes them out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runfolio_server.actions.artifacts.argument_paths import CANONICAL, ArgumentPaths
from runfolio_server.actions.artifacts.committing import place
from runfolio_server.actions.artifacts.deleting import take_out
from runfolio_server.actions.artifacts.found import checked_collection, held_artifact
from runfolio_server.actions.artifacts.making import held_collection
from runfolio_server.domain.artifact_names import check_aliases, check_collection_name
from runfolio_server.domain.artifact_state import ArtifactState, CollectionKind
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, NotFound
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.artifacts.committing import DELETE_WANTED_LINKS, INSERT_WANTED_LINK
from runfolio_server.sql.artifacts.deleting import SELECT_PLACES
from runfolio_server.sql.artifacts.making import LOCK_COLLECTIONS
from runfolio_server.sql.artifacts.memberships import MembershipRow
from runfolio_server.sql.pool import Database
from runfolio_server.sql.projects.projects import ProjectRow


@dataclass(frozen=True, slots=True)
class LinkedArtifact:
    """An artifact and its place in the portfolio; membership None: it gets one when it is committed."""

    artifact: ArtifactRow
    collection_id: int
    membership: MembershipRow | None


async def link_artifact(
    database: Database,
    viewer: Viewer,
    artifact_id: int,
    project: ProjectRow,
    portfolio_name: str,
    aliases: Sequence[str] = (),
    *,
    paths: ArgumentPaths = CANONICAL,
) -> LinkedArtifact:
    """Make the artifact a version of a portfolio in a project to which the viewer may log; `latest` moves to it.

    The portfolio is made where there is none, with the artifact's type. Idempotent: what is there already stays, and
    only gets the aliases. A pending artifact is linked by its commit. Raises NotFound for an artifact that the viewer
    may not see, AppError when the name is that of a sequence, or the portfolio is for another type.
    """
    check_collection_name(portfolio_name, paths.portfolio_name)
    given = check_aliases(aliases, paths.aliases)
    async with database.transaction() as connection:
        artifact = await held_artifact(connection, viewer, Permission.READ, artifact_id, path=paths.artifact)
        found_id = artifact.artifact_id
        if artifact.state == ArtifactState.DELETED:
            raise NotFound("The artifact is deleted.", path=paths.artifact)
        portfolio = await held_collection(
            connection, viewer, project.project_id, portfolio_name, artifact.type_name, CollectionKind.PORTFOLIO
        )
        collection_id = portfolio.collection_id
        if artifact.state == ArtifactState.PENDING:
            await connection.execute(INSERT_WANTED_LINK, found_id, collection_id, given, viewer.user_id)
            return LinkedArtifact(artifact, collection_id, None)
        membership = await place(connection, collection_id, found_id, viewer.user_id, given)
        return LinkedArtifact(artifact, collection_id, membership)


async def unlink_artifact(
    database: Database, viewer: Viewer, artifact_id: int, collection_id: int, *, paths: ArgumentPaths = CANONICAL
) -> None:
    """Take the artifact out of a portfolio; the artifact stays. Idempotent: what is not in there stays out.

    Raises NotFound for a portfolio that the viewer may not change or an artifact that they may not see, AppError for a
    sequence, whose versions are deleted instead.
    """
    path = paths.collection
    async with database.transaction() as connection:
        collection = await checked_collection(connection, viewer, Permission.EDIT, collection_id, path=path)
        if collection.kind != CollectionKind.PORTFOLIO:
            raise AppError(
                f"{collection.name!r} is a sequence, whose versions cannot be unlinked; delete the artifact.", path=path
            )
        artifact = await held_artifact(connection, viewer, Permission.READ, artifact_id, path=paths.artifact)
        await connection.rows(LOCK_COLLECTIONS, [collection_id])
        places = await connection.rows(SELECT_PLACES, [artifact.artifact_id])
        await take_out(connection, [row for row in places if row.collection_id == collection_id])
        await connection.execute(DELETE_WANTED_LINKS, [artifact.artifact_id], collection_id)
