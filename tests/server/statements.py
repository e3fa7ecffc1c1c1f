"""What a request sends to PostgreSQL, for tests that count it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import asyncpg
import pytest

from tests.service import Service

# What the application asks by itself, whoever else asks for something: it follows events.
BESIDE = {"select_events_page", "select_event_horizon", "notify_events", "check_events_connection"}


class Statements:
    """Collects what asyncpg sends: `names` of our statements, `sent` with what has no name, such as COMMIT.

    `sizes` are the bytes of texts that came, by name of statement.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        self.sent: list[str] = []
        self.sizes: Counter[str] = Counter()
        for name in ("fetch", "fetchrow", "fetchval", "execute", "executemany"):
            monkeypatch.setattr(asyncpg.Connection, name, self._counted(getattr(asyncpg.Connection, name)))

    def _counted(self, method: Any) -> Any:
        async def counted(connection: object, sql: str, *arguments: Any, **options: Any) -> Any:
            # Ours begin with their header; what is left is the pool's own cleaning of connections.
            header = re.match(r"-- (\w+):", sql)
            if header is None or header[1] not in BESIDE:
                if header:
                    self.names.append(header[1])
                self.sent.append(header[1] if header else sql)
            found = await method(connection, sql, *arguments, **options)
            if header:
                self.sizes[header[1]] += sum(
                    _size(record) for record in (found if isinstance(found, list) else [found])
                )
            return found

        return counted

    async def of(self, service: Service, query: str, **variables: object) -> list[str]:
        """Names of the statements of one request whose key is known, sorted."""
        await service.graphql("{ serverInfo { version } }")
        self.names.clear()
        self.sent.clear()
        self.sizes.clear()
        assert (await service.graphql(query, "ada", **variables)).data
        return sorted(self.names)


def _size(record: object) -> int:
    """Bytes of the texts of a row, those in its lists included."""
    if isinstance(record, asyncpg.Record | list):
        return sum(map(_size, record))
    return len(record.encode()) if isinstance(record, str) else 0
