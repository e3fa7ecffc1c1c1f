# Made from _async/history.py by client/unasync.py; do not edit.
"""What a run logged, row by row. Made by run.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from runfolio._sync.scan import Scan
from runfolio._sync.transport import Transport
from runfolio._core import json_text
from runfolio._core.history import keys_of, stream_of, variables_of
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import SCAN_HISTORY
from runfolio._core.page import Page
from runfolio._core.paths import RunPath


class HistoryScan(Scan[dict[str, Any]]):
    """Every row of a run's history in a range of steps, in step order; nothing is sampled, nothing twice.

    `keys`: only these, and only rows that have all of them; `min_step` inclusive, `max_step` exclusive.
    """

    def __init__(
        self,
        transport: Transport,
        path: RunPath,
        *,
        keys: Sequence[str] | str | None,
        page_size: int,
        min_step: int | None,
        max_step: int | None,
        stream: Literal["default", "system"],
    ) -> None:
        super().__init__(page_size)
        self._transport = transport
        self._path = path
        self.keys = keys_of(keys)
        self.min_step = min_step
        self.max_step = max_step
        self._stream = stream_of(stream)

    def _fetch(self, after: str | None) -> Page[dict[str, Any]]:
        answer = self._transport.execute(
            SCAN_HISTORY,
            {
                **variables_of(self._path),
                "keys": self.keys,
                "minStep": self.min_step,
                "maxStep": self.max_step,
                "first": self.page_size,
                "after": after,
                "stream": self._stream,
            },
        )
        project = present_project(answer.project, str(self._path.entity), self._path.project)
        found = present_run(project.run, self._path).history_rows
        return Page(json_text.parse_objects(found.rows), found.page_info.has_next_page, found.page_info.end_cursor)
