"""What a block is stored with is found out where it is encoded, once, and beside the loop where it is large."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from runfolio_server.heavy_threads import ITEMS_AT_ONCE
from runfolio_server.ingest.batch import LineBlock
from runfolio_server.ingest.stored_block import stored_block_of


class _Noting(dict[str, Any]):
    """A row that notes which threads look at it."""

    threads: set[str]

    def __contains__(self, key: object) -> bool:
        self.threads.add(threading.current_thread().name.partition("_")[0])
        return super().__contains__(key)


@pytest.mark.parametrize(("row", "has_times"), [({"_timestamp": 1.5}, True), ({"loss": 1}, False), (None, False)])
async def test_a_block_tells_whether_any_row_has_a_timestamp(row: dict[str, Any] | None, has_times: bool) -> None:
    block = LineBlock.received("history", 0, [b"{}", b"{}"], [{}, row])

    assert has_times == (await stored_block_of(block)).has_times


async def test_rows_of_few_bytes_are_looked_at_beside_the_loop_where_they_are_many() -> None:
    threads: set[str] = set()
    rows: list[dict[str, Any] | None] = []
    for _ in range(ITEMS_AT_ONCE + 1):
        row = _Noting()
        row.threads = threads
        rows.append(row)

    await stored_block_of(LineBlock.received("history", 0, [b"{}"] * len(rows), rows))

    assert {"heavy"} == threads
