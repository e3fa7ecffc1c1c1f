"""The rows of long_history.py: the same ones each time, batch by batch. Used by it and by its floors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

LONG_STEPS = int(os.environ.get("RUNFOLIO_BENCH_LONG_STEPS", "10_000_000"))
WIDE_STEPS = int(os.environ.get("RUNFOLIO_BENCH_WIDE_STEPS", "2000"))
WIDE_KEYS = int(os.environ.get("RUNFOLIO_BENCH_WIDE_KEYS", "5000"))
LONG_KEYS = ["loss", "accuracy"]
SPARSE_KEY = "validation"
SPARSE_POINTS = 26
LONG_BATCH = 100_000
WIDE_BATCH = 50
WIDE_TABLE = 1000
"""Rows of a batch that is logged by columns: of few rows the client makes lines."""


def sparse_steps(steps: int = LONG_STEPS) -> list[int]:
    """The steps that have the sparse key, the first and the last among them."""
    return [number * (steps - 1) // (SPARSE_POINTS - 1) for number in range(SPARSE_POINTS)]


def wide_key(number: int) -> str:
    """A key of the wide run."""
    return f"layer{number // 10:03}/metric{number % 10}"


def long_columns() -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
    """The first step of each batch and its values, a row per key: float32 with noise, as training logs them."""
    for first in range(0, LONG_STEPS, LONG_BATCH):
        count = min(LONG_BATCH, LONG_STEPS - first)
        draw = np.random.default_rng([1, first])
        decay = np.exp(-3 * np.arange(first, first + count) / LONG_STEPS)
        noise = 0.05 * draw.standard_normal((len(LONG_KEYS), count))
        yield first, (decay + noise).astype(np.float32).astype(np.float64)


def wide_columns(batch: int = WIDE_BATCH) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
    """The first step of each batch of so many rows, and its values, a row per step."""
    for first in range(0, WIDE_STEPS, batch):
        count = min(batch, WIDE_STEPS - first)
        noise = np.random.default_rng([2, first]).standard_normal((count, WIDE_KEYS))
        yield first, (1 + 0.05 * noise).astype(np.float32).astype(np.float64)


def long_batches() -> Iterator[list[dict[str, Any]]]:
    """Rows to log."""
    sparse = set(sparse_steps())
    for first, columns in long_columns():
        rows = [dict(zip(LONG_KEYS, values, strict=True)) for values in zip(*columns.tolist(), strict=True)]
        for step in sparse.intersection(range(first, first + len(rows))):
            rows[step - first][SPARSE_KEY] = float(step)
        yield rows


def long_tables() -> Iterator[dict[str, Any]]:
    """The same rows as columns to log, by key."""
    for first, columns in long_columns():
        yield dict(zip(LONG_KEYS, columns, strict=True)) | _sparse_column(LONG_STEPS, first, columns.shape[1])


def wide_tables() -> Iterator[dict[str, Any]]:
    """Likewise."""
    keys = [wide_key(number) for number in range(WIDE_KEYS)]
    for first, columns in wide_columns(WIDE_TABLE):
        yield dict(zip(keys, columns.T, strict=True)) | _sparse_column(WIDE_STEPS, first, len(columns))


def wide_batches() -> Iterator[list[dict[str, Any]]]:
    """Rows to log."""
    sparse = set(sparse_steps(WIDE_STEPS))
    keys = [wide_key(number) for number in range(WIDE_KEYS)]
    for first, columns in wide_columns():
        rows = [dict(zip(keys, values, strict=True)) for values in columns.tolist()]
        for step in sparse.intersection(range(first, first + len(rows))):
            rows[step - first][SPARSE_KEY] = float(step)
        yield rows


def _sparse_column(steps: int, first: int, count: int) -> dict[str, Any]:
    """The sparse key in these rows, masked where they lack it; nothing where all do."""
    here = [step - first for step in sparse_steps(steps) if first <= step < first + count]
    if not here:
        return {}
    values, mask = np.arange(first, first + count, dtype=np.float64), np.ones(count, bool)
    mask[here] = False
    return {SPARSE_KEY: np.ma.masked_array(values, mask)}
