"""Batches of keys to rows, in key order; one request's life."""

from __future__ import annotations

from asyncio import Semaphore, gather
from collections.abc import Iterable, Sequence
from uuid import UUID

from runfolio_server.answer_budget import AnswerBudget
from runfolio_server.domain.viewer import Viewer
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.history.reading.keys import KeySummary
from runfolio_server.history.reading.metric import MetricSummary
from runfolio_server.history.reading.table import Table
from runfolio_server.loaders.artifacts import ArtifactLoaders
from runfolio_server.loaders.history import HistoryKey, StreamKey, TableKey, load_keys, load_metrics, load_tables
from runfolio_server.loaders.loader import Loader, one_by_key
from runfolio_server.sql.history.forks import SELECT_FORK_POINTS, ForkRow
from runfolio_server.sql.history.ingest import COUNT_REJECTED_LINES, RejectedCountRow
from runfolio_server.sql.identity.users import SELECT_ENTITIES, SELECT_USERS, EntityRow, UserRow
from runfolio_server.sql.pool import Database
from runfolio_server.sql.projects.projects import SELECT_PROJECTS, ProjectRow
from runfolio_server.sql.run_lists.indexes import OrderIndexes
from runfolio_server.sql.run_lists.list import count_runs
from runfolio_server.sql.runs.runs import SELECT_ENVIRONMENTS, SELECT_STREAMS, EnvironmentRow, StreamRow

# Histories that are read at once for one request: each takes memory, and a turn of what is decoded for all.
READS_MAX = 2


class Loaders:
    """One loader per kind of related object; None where the viewer sees no such row.

    `reads` is held while a history is read; nobody who holds it may wait for a loader.
    """

    def __init__(self, database: Database, viewer: Viewer, order_indexes: OrderIndexes, budget: AnswerBudget) -> None:
        self.reads = Semaphore(READS_MAX)

        async def users(user_ids: Sequence[int]) -> Iterable[UserRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_USERS, list(user_ids))

        async def entities(keys: Sequence[int]) -> Iterable[EntityRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_ENTITIES, list(keys))

        async def projects(project_ids: Sequence[int]) -> Iterable[ProjectRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_PROJECTS, list(project_ids), viewer)

        async def streams(run_ids: list[UUID]) -> list[list[StreamRow]]:
            async with database.connection() as connection:
                rows = await connection.rows(SELECT_STREAMS, run_ids)
            by_run: dict[UUID, list[StreamRow]] = {run_id: [] for run_id in run_ids}
            for row in rows:
                by_run[row.run_id].append(row)
            return [by_run[run_id] for run_id in run_ids]

        async def environments(run_ids: Sequence[UUID]) -> Iterable[EnvironmentRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_ENVIRONMENTS, list(run_ids))

        async def run_counts(keys: list[tuple[int, RunQuery]]) -> list[int | BaseException]:
            async def count(project_id: int, query: RunQuery) -> int:
                ranges = order_indexes.ranges(project_id, query)
                async with database.connection() as connection:
                    return await count_runs(connection, project_id, query, ranges)

            # Side by side, and each for itself: one that takes too long fails none of the others.
            return await gather(*(count(*key) for key in keys), return_exceptions=True)

        async def rejected_counts(run_ids: Sequence[UUID]) -> Iterable[RejectedCountRow]:
            async with database.connection() as connection:
                return await connection.rows(COUNT_REJECTED_LINES, list(run_ids))

        async def fork_points(run_ids: Sequence[UUID]) -> Iterable[ForkRow]:
            async with database.connection() as connection:
                return await connection.rows(SELECT_FORK_POINTS, list(run_ids))

        async def history_keys(keys: list[StreamKey]) -> list[list[KeySummary]]:
            async with self.reads:
                with budget.reading("keys of histories") as reading:
                    return await load_keys(database, keys, reading)

        async def history_tables(keys: list[TableKey]) -> list[Table]:
            async with self.reads:
                with budget.reading("historyColumns") as reading:
                    return await load_tables(database, keys, reading)

        async def metrics(keys: list[HistoryKey]) -> list[MetricSummary]:
            async with self.reads:
                with budget.reading("metric") as reading:
                    return await load_metrics(database, keys, reading)

        self.user: Loader[int, UserRow | None] = one_by_key(users, lambda row: row.user_id)
        if not viewer.is_anonymous:
            self.user.prime(viewer.user_id, _user_row(viewer))
        # Most runs that somebody looks at, and all that they start, are their own.
        self.entity: Loader[int, EntityRow | None] = one_by_key(entities, lambda row: row.entity_id)
        self.project: Loader[int, ProjectRow | None] = one_by_key(projects, lambda row: row.project_id)
        self.streams: Loader[UUID, list[StreamRow]] = Loader(streams)
        self.environment: Loader[UUID, EnvironmentRow | None] = one_by_key(environments, lambda row: row.run_id)
        # By project and ListQuery.whole: the count of all pages together.
        self.run_count: Loader[tuple[int, RunQuery], int] = Loader(run_counts)
        self.rejected_count: Loader[UUID, RejectedCountRow | None] = one_by_key(rejected_counts, lambda row: row.run_id)
        self.fork_point: Loader[UUID, ForkRow | None] = one_by_key(fork_points, lambda row: row.run_id)
        self.history_keys: Loader[StreamKey, list[KeySummary]] = Loader(history_keys)
        self.history_tables: Loader[TableKey, Table] = Loader(history_tables)
        self.metrics: Loader[HistoryKey, MetricSummary] = Loader(metrics)
        self.artifacts = ArtifactLoaders(database, viewer)

    def clear(self) -> None:
        """Let go of everything that was loaded: the request is over."""
        for loader in vars(self).values():
            if isinstance(loader, Loader | ArtifactLoaders):
                loader.clear()


def _user_row(viewer: Viewer) -> UserRow:
    return UserRow(
        viewer.user_id,
        viewer.entity_id,
        viewer.username,
        viewer.email,
        viewer.is_admin,
        viewer.created_at,
        kind="service" if viewer.is_service else "person",
        team_id=viewer.team_id,
        # Who is deactivated has no valid key.
        deactivated_at=None,
        display_name=viewer.display_name,
    )
