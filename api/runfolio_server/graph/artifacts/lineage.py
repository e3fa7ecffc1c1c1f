"""Which run logged an artifact, and which runs used it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from runfolio_server.graph.identity.user import User, find_user
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.runs.long_columns import read_long
from runfolio_server.graph.runs.shown import shown_runs
from runfolio_server.sql.artifacts.artifacts import ArtifactRow
from runfolio_server.sql.run_lists.long_columns import LONG_COLUMNS, WantedLong, select_runs

if TYPE_CHECKING:
    from runfolio_server.graph.runs.run import Run

LazyRun = Annotated["Run", strawberry.lazy("runfolio_server.graph.runs.run")]
ArtifactCreator: TypeAlias = Annotated[
    LazyRun | User,
    strawberry.union("ArtifactCreator", description="Who made an artifact: a run, or somebody without one."),
]
# What is selected of a run behind a union is not looked into; the answer's budget bounds what is read.
_ALL_LONG = WantedLong(frozenset(LONG_COLUMNS))


async def creator_of(info: RequestInfo, artifact: ArtifactRow) -> Run | User | None:
    """The run that first logged the artifact, or its user; None for a run that the viewer does not see."""
    if artifact.logged_by is None:
        return await find_user(info, artifact.created_by)
    context = info.context
    async with context.database.connection() as connection:
        portion = _ALL_LONG.shared_by(1, context.budget.bytes_left)
        rows = await select_runs(connection, [artifact.logged_by], portion)
        rows = await read_long(info, connection, rows, portion)
    # It may be in another project than the artifact.
    is_visible = bool(rows) and await context.loaders.project.load(rows[0].project_id) is not None
    return (await shown_runs(context, rows))[0] if is_visible else None
