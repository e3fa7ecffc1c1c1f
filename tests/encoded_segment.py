"""A segment's chunks made of its rows in one go: what putting one together from pieces is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from runfolio_server.history.storage.chunk import Chunk, encode_column
from runfolio_server.history.storage.key_columns import KeyColumn, columns_of
from runfolio_server.history.storage.key_path import STEPS_KEY
from runfolio_server.history.storage.steps import steps_of


def encode_segment(first_line: int, rows: Sequence[Mapping[str, Any] | None]) -> list[Chunk]:
    """The chunks of lines `first_line`, `first_line` + 1, …; None where a line has no row."""
    steps = np.array(steps_of(first_line, rows), dtype=np.float64)
    present = np.flatnonzero(~np.isnan(steps))
    if len(present) == 0:
        return []
    columns = {STEPS_KEY: KeyColumn(present + first_line, steps[present].tolist()), **columns_of(first_line, rows)}
    return [chunk for key, column in columns.items() for chunk in encode_column(first_line, key, column, steps)]
