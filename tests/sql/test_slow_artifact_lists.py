"""A filter of artifacts that is slow is told to whoever wrote it, and is nobody's else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError
from runfolio_server.filters.artifact_query import ArtifactQuery, CollectionQuery
from runfolio_server.sql.artifact_lists.artifacts import count_artifacts, select_artifacts_page
from runfolio_server.sql.artifact_lists.collections import count_chosen_collections, select_chosen_collections
from runfolio_server.sql.pool import Connection, Database, open_database
from tests.artifact_rows import ArtifactRows
from tests.slow_filter import CHARACTERS, SLOW_FILTER

pytestmark = pytest.mark.anyio

FILL = """
INSERT INTO entities (name) VALUES ('ada');
INSERT INTO users (entity_id) SELECT entity_id FROM entities;
INSERT INTO projects (entity_id, name, created_by) SELECT entity_id, 'p', user_id FROM users;
"""
VERSIONS = 10
ADA = Viewer(1, 1, "ada", None, is_admin=True, created_at=datetime(2026, 1, 1, tzinfo=UTC))
ARTIFACTS = ArtifactQuery.parse(SLOW_FILTER.replace("config.text", "metadata.text")).page(50)
COLLECTIONS = CollectionQuery.parse(SLOW_FILTER.replace("config.text", "description")).page(50)

SLOW_ARTIFACT_STATEMENTS: dict[str, Callable[[Connection], Awaitable[Any]]] = {
    "select_artifacts_page": lambda connection: select_artifacts_page(connection, 1, ADA, ARTIFACTS),
    "count_artifacts": lambda connection: count_artifacts(connection, 1, ADA, ARTIFACTS),
    "select_chosen_collections": lambda connection: select_chosen_collections(connection, 1, COLLECTIONS),
    "count_chosen_collections": lambda connection: count_chosen_collections(connection, 1, COLLECTIONS),
}
"""By name; tests/contract/test_callers_statements.py compares with those that there are."""


@pytest.fixture
async def hurried(database_url: str) -> AsyncIterator[Database]:
    """A connection on which nothing may take long."""
    opened = await open_database(database_url, size=2, wait_s=10, statement_timeout_s=0.4)
    yield opened
    await opened.close()


@pytest.fixture(scope="module", autouse=True)
async def _filled(database: Database) -> None:
    """Versions and a collection with long texts."""
    async with database.connection() as connection:
        await connection.script(FILL)
        rows = ArtifactRows(database, 1)
        await rows.collection(1, "long", "text")
        for number in range(VERSIONS):
            await rows.version(number + 1, 1, number)
        long_text = f"repeat('x1', {CHARACTERS // 2})"
        await connection.script(f"UPDATE artifact SET metadata = jsonb_build_object('text', {long_text})")
        await connection.script(f"UPDATE artifact_collection SET description = repeat('x1', {5 * CHARACTERS})")


@pytest.mark.parametrize("asking", SLOW_ARTIFACT_STATEMENTS.values(), ids=SLOW_ARTIFACT_STATEMENTS)
async def test_a_slow_filter_of_artifacts_is_told_to_whoever_wrote_it(
    asking: Callable[[Connection], Awaitable[Any]], hurried: Database
) -> None:
    with pytest.raises(AppError, match="narrower filters") as told:
        async with hurried.connection() as connection:
            await asking(connection)

    assert 400 == told.value.status
