"""Artifacts as rows, without an upload: for tests of what reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from runfolio_server.sql.pool import Database


def _text(value: object) -> str:
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"


def _texts(values: Sequence[str]) -> str:
    return f"ARRAY[{', '.join(map(_text, values))}]::text[]"


class ArtifactRows:
    """Writes into one project; ids and versions are given by hand, so that tests can name them."""

    def __init__(self, database: Database, project_id: int) -> None:
        self._database = database
        self._project_id = project_id

    async def collection(self, number: int, name: str, type: str, kind: str = "sequence") -> None:
        """A collection, and its type."""
        await self._run(
            f"INSERT INTO artifact_type (project_id, name) VALUES ({self._project_id}, {_text(type)}) "
            "ON CONFLICT DO NOTHING;"
            "INSERT INTO artifact_collection (collection_id, project_id, type_id, kind, name, created_by, created_at) "
            f"OVERRIDING SYSTEM VALUE SELECT {number}, {self._project_id}, type_id, {_text(kind)}, {_text(name)}, 1, "
            f"'2026-01-01Z'::timestamptz + {number} * interval '1 day' "
            f"FROM artifact_type WHERE project_id = {self._project_id} AND name = {_text(type)}"
        )

    async def version(
        self,
        number: int,
        collection: int,
        index: int,
        aliases: Sequence[str] = (),
        tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
        size: int = 0,
        description: str | None = None,
        logged_by: str | None = None,
    ) -> None:
        """A committed version at its place; `logged_by` is the name of a run of the project."""
        text = _text(json.dumps(metadata or {}))
        await self._run(
            "INSERT INTO artifact (artifact_id, collection_id, state, version_index, digest, description, "
            "metadata_text, metadata, tags, size, created_by, created_at, logged_by) OVERRIDING SYSTEM VALUE "
            f"SELECT {number}, {collection}, 'COMMITTED', {index}, 'd{number}', {_text(description)}, {text}, {text}, "
            f"{_texts(tags)}, {size}, 1, '2026-02-01Z'::timestamptz + {number} * interval '1 day', "
            f"(SELECT run_id FROM runs WHERE project_id = {self._project_id} AND name = {_text(logged_by)})"
        )
        await self.place(number, collection, index, aliases)
        if logged_by is not None:
            await self.edge(logged_by, number, "output")

    async def place(self, artifact: int, collection: int, index: int, aliases: Sequence[str] = ()) -> None:
        """A place in a collection."""
        await self._run(
            "WITH m AS (INSERT INTO artifact_membership (collection_id, artifact_id, version_index, created_by) "
            f"VALUES ({collection}, {artifact}, {index}, 1) RETURNING membership_id) "
            "INSERT INTO artifact_alias (collection_id, alias, membership_id) "
            f"SELECT {collection}, a.alias, m.membership_id FROM m, unnest({_texts(aliases)}) AS a (alias)"
        )

    async def edge(self, run: str, artifact: int, direction: str, used_as: str | None = None) -> None:
        """The run used or logged it."""
        await self._run(
            "INSERT INTO artifact_use (run_id, artifact_id, direction, used_as, at) "
            f"SELECT run_id, {artifact}, {_text(direction)}, {_text(used_as)}, "
            f"'2026-03-01Z'::timestamptz + {artifact} * interval '1 day' "
            f"FROM runs WHERE project_id = {self._project_id} AND name = {_text(run)}"
        )

    async def _run(self, sql: str) -> None:
        async with self._database.connection() as connection:
            await connection.script(sql)
