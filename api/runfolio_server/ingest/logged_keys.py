"""Which keys of a batch's history the summary does not tell: what a filter on keys asks for too. Called by append.py.

As a rule none: the SDK sends a summary with its rows that has each of their keys, unless a metric is told to have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from runfolio_server.domain.json_text import to_jsonb
from runfolio_server.heavy_threads import HEAVY_BYTES, ITEMS_AT_ONCE, in_thread_if
from runfolio_server.history.storage.key_columns import KeyColumn
from runfolio_server.ingest.batch import Batch

NAMES_MAX: Final = 10_000
"""A run keeps no more of them (ingest_batch)."""
CHARACTERS_MAX: Final = 256
"""Of one of these names: they lie beside the run's row, however many they are."""


async def logged_keys(batch: Batch) -> str | None:
    """As p_logged_keys of ingest_batch wants them; None: the summary has all of them."""
    lines = [block.lines for block in batch.blocks if block.stream == "history"]
    is_heavy = batch.columns is not None or any(
        len(of_block) > ITEMS_AT_ONCE or sum(map(len, of_block)) > HEAVY_BYTES for of_block in lines
    )
    return await in_thread_if(is_heavy, _logged_keys, batch)


def _logged_keys(batch: Batch) -> str | None:
    summary = {} if batch.summary is None else batch.summary.value
    names: dict[str, str] = {}
    for row in _rows(batch, summary):
        for path in _paths_not_in(summary, row):
            name = ".".join(path)
            if len(name) <= CHARACTERS_MAX and name not in names:
                names[name] = path[0]
        if len(names) >= NAMES_MAX:
            break
    return to_jsonb(dict(islice(names.items(), NAMES_MAX))) if names else None


def _rows(batch: Batch, summary: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What has every key of the rows: all of them as one, and the rows with objects, whose keys may differ."""
    if batch.columns is not None and batch.columns.stream == "history":
        yield dict.fromkeys(batch.columns.columns)
        for key, column in batch.columns.columns.items():
            if isinstance(column, KeyColumn):
                yield from ({key: value} for value in column.values if isinstance(value, dict))
    for block in batch.blocks:
        if block.stream == "history":
            rows = [row for row in block.rows if row]
            keys: dict[str, Any] = dict.fromkeys(set().union(*rows))
            yield keys
            # The summary has one object for all of them.
            yield from _objects(rows, (key for key in keys if isinstance(summary.get(key, {}), dict)))


def _objects(rows: list[dict[str, Any]], keys: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    for key in keys:
        yield from ({key: value} for row in rows if isinstance(value := row.get(key), dict))


def _paths_not_in(
    summary: Mapping[str, Any], row: Mapping[str, Any], before: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Each path of the row, of objects too, that the summary does not have.

    >>> list(_paths_not_in({"a": {"x": 1}, "b": 2}, {"a": {"x": 1, "y": 2}, "b": 3, "c": {"d": 4}}))
    [('a', 'y'), ('c',), ('c', 'd')]
    """
    for key, value in row.items():
        path = (*before, key)
        if key not in summary:
            yield path
        if isinstance(value, dict):
            inner = summary.get(key)
            yield from _paths_not_in(inner if isinstance(inner, dict) else {}, value, path)
