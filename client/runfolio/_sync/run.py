# Made from _async/run.py by client/unasync.py; do not edit.
"""A run: its attributes, and everything that asks the server about it or changes it. Made by api.py and runs.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from threading import Lock

from runfolio._sync.history import HistoryScan
from runfolio._sync.history_tables import fetch_history_table, fetch_metric
from runfolio._sync.run_artifacts import RunArtifacts
from runfolio._sync.run_code import RunCode
from runfolio._sync.run_console import RunConsole
from runfolio._sync.run_deletion import RunDeletion
from runfolio._sync.run_life import RunLife
from runfolio._sync.run_lineage import RunLineage
from runfolio._sync.run_media import RunMedia
from runfolio._sync.transport import Transport
from runfolio._sync.writing import RunWriter
from runfolio._core import json_text
from runfolio._core.history import Stream, keys_of, stream_of, table_parameters, variables_of
from runfolio._core.log_queue import LogQueue, exit_code_of, step_after
from runfolio._core.metric_key import MetricKey
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import (
    GET_HISTORY_COUNTS,
    LIST_METRIC_KEYS,
    REWIND_HISTORY,
    SAMPLE_HISTORY,
    UPDATE_RUN,
)
from runfolio._core.paths import RunPath
from runfolio._core.run_metric import Goal, RunMetric
from runfolio._generated import GetHistoryCountsProjectRun, RunFields
from runfolio.frames import columns_to_log, history_frame, steps_to_log
from runfolio.history_table import HistoryTable

if TYPE_CHECKING:
    from pandas import DataFrame


class Run(
    RunCode,
    RunConsole,
    RunArtifacts,
    RunMedia,
    RunLife,
    RunDeletion,
    RunLineage,
):
    """One execution that logs. Edit its attributes and call update(); log() to it, best in a `with` block.

    `next_step` is that of the next row, if it is known already.
    """

    def __init__(
        self, fields: RunFields, path: RunPath, transport: Transport, *, next_step: int | None = None
    ) -> None:
        super().__init__(fields, path, transport)
        self._next_step = next_step
        self._writer: RunWriter | None = None
        self._writer_lock = Lock()

    def log(self, row: Mapping[str, Any], step: int | None = None) -> None:
        """Add a row to the history: `{"loss": 0.1}`. It is sent soon, with others, while your program goes on.

        Without `step` (or `_step` in the row) it gets the step after the last one's. NaN and infinities are kept,
        NumPy's numbers are numbers and its arrays lists. Waits while some 64 MB are unsent. Raises TypeError for what
        is no mapping or no JSON, LogError once the server has refused something or was away for an hour.
        """
        if self._writer is None:
            self._start_writer()
        if self._writer is not None:
            self._writer.log(row, step)

    def log_columns(self, data: Any, *, step: Any = None) -> None:
        """Add many rows to the history at once: a mapping of names to columns, a DataFrame or an Arrow table.

        A column is a list, an array, or a column of a table; all are of one length. None, null and masked values are
        missing: the row does not have that key. NaN stays NaN. Without `step` (of each row, or of the first) or a
        column `_step` the rows go on from the last one's. Kept in order with `log`, and sent like it. Raises TypeError
        for what is no column or has no JSON, ValueError for columns of several lengths; then no row is logged.
        """
        columns, count = columns_to_log(data)
        steps = steps_to_log(step, count)
        if self._writer is None:
            self._start_writer()
        if self._writer is not None and count:
            self._writer.log_columns(columns, count, steps)

    def flush(self) -> None:
        """Return when everything logged so far is stored. Raises LogError."""
        if self._writer is not None:
            self._writer.flush()

    def finish(self, exit_code: int = 0, timeout_s: float | None = None) -> None:
        """Send what is left, and that the run has ended: 0 finished, 254 crashed, 255 killed, any other failed.

        Leaving a `with` block does it, and so does the end of the program, but not for Run. Raises LogError when
        something could not be stored (in `timeout_s` seconds; None: an hour).
        """
        if self._writer is None:
            self._start_writer()
        if self._writer is not None:
            self._writer.finish(exit_code, timeout_s)
            if self._writer.ended is not None:
                self._rebase(self._writer.ended)

    def rewind(self, step: float) -> bool:
        """Take the run back to its rows with steps up to `step`; what you log then goes on after it. Edits stay.

        What it was is one of `branches()`. Its summary is that of the rows that are left, and it waits for a process
        unless it lives. Rows that were logged before are sent first. False: no row lay behind the step, and nothing
        was cut off. Raises LogError, and BadRequestError for a step that is no number.
        """
        self.flush()
        answer = self._transport.execute(REWIND_HISTORY, {"input": {"id": self.storage_id, "step": step}})
        found = answer.rewind_history
        self._rebase(found.run)
        self._next_step = step_after(found.run.last_step)
        if self._writer is not None and found.is_cut:
            self._writer.begin_again(LogQueue(self._next_step, json_text.parse_object(found.run.summary_metrics)))
        return found.is_cut

    def _start_writer(self) -> None:
        with self._writer_lock:
            if self._writer is None:
                next_step = step_after(self.last_step) if self._next_step is None else self._next_step
                queue = LogQueue(next_step, json_text.parse_object(self._fields.summary_metrics))
                self._writer = RunWriter(self._transport, self.storage_id, queue)

    @property
    def last_step(self) -> float | None:
        """The greatest step of its history, an int where it is whole; None: it has no rows. Asked for each time."""
        step = (self._history_counts()).last_step
        return int(step) if step is not None and step.is_integer() else step

    @property
    def rejected_line_count(self) -> int:
        """How many lines were kept out, or kept without some of their keys, since it began. Asked for each time."""
        return (self._history_counts()).rejected_line_count

    def _history_counts(self) -> GetHistoryCountsProjectRun:
        answer = self._transport.execute(GET_HISTORY_COUNTS, variables_of(self._path))
        project = present_project(answer.project, self.entity, self.project)
        return present_run(project.run, self._path)

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked it to stop; while it is logged to, this is kept up to date."""
        return super().stop_requested or (self._writer is not None and self._writer.stop_requested)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish(exit_code_of(kind))

    @overload
    def history(
        self,
        samples: int = ...,
        keys: Sequence[str] | str | None = ...,
        x_axis: str = ...,
        pandas: Literal[True] = ...,
        stream: Literal["default", "system"] = ...,
    ) -> DataFrame: ...
    @overload
    def history(
        self,
        samples: int = ...,
        keys: Sequence[str] | str | None = ...,
        x_axis: str = ...,
        *,
        pandas: Literal[False],
        stream: Literal["default", "system"] = ...,
    ) -> list[dict[str, Any]]: ...
    def history(
        self,
        samples: int = 500,
        keys: Sequence[str] | str | None = None,
        x_axis: str = "_step",
        pandas: bool = True,
        stream: Literal["default", "system"] = "default",
    ) -> DataFrame | list[dict[str, Any]]:
        """Rows chosen to show the curve: always the same ones, extremes kept, all of them when they fit.

        At most `samples`, 1 to 10,000, spread over `x_axis`. `keys`: only these, and only rows that have all of them.
        A DataFrame, or with `pandas=False` a list of dicts. Raises MissingExtraError when pandas is not installed.
        """
        wanted = keys_of(keys)
        variables = {"keys": wanted, "xAxis": x_axis, "samples": samples, "stream": stream_of(stream)}
        answer = self._transport.execute(SAMPLE_HISTORY, {**variables_of(self._path), **variables})
        project = present_project(answer.project, self.entity, self.project)
        rows = json_text.parse_objects(present_run(project.run, self._path).history_sample)
        return history_frame(rows, x_axis=x_axis, keys=wanted) if pandas else rows

    def scan_history(
        self,
        keys: Sequence[str] | str | None = None,
        page_size: int = 1000,
        min_step: int | None = None,
        max_step: int | None = None,
        stream: Literal["default", "system"] = "default",
    ) -> HistoryScan:
        """Every row with a step from `min_step` up to, not including, `max_step`; None: no bound."""
        return HistoryScan(
            self._transport,
            self._path,
            keys=keys,
            page_size=page_size,
            min_step=min_step,
            max_step=max_step,
            stream=stream,
        )

    def history_table(
        self,
        keys: Sequence[str] | str | None = None,
        *,
        samples: int | None = None,
        min_step: int | None = None,
        max_step: int | None = None,
        x_axis: str = "_step",
        stream: Stream = "default",
    ) -> HistoryTable:
        """Its history as columns, in step order, in one request: the fast way to read many rows.

        `keys`: only these, and only rows that have at least one of them; None: all keys. Steps go from `min_step` up
        to, not including, `max_step`. `samples`: at most so many rows, 1 to 100,000, chosen as `history` does, else
        every row. An `x_axis` other than `_step` is a column too, the first, and rows where it is no number are left
        out. A key that was never logged is an empty column. Raises DownloadError when the answer broke off.
        """
        parameters = table_parameters(
            keys, samples=samples, min_step=min_step, max_step=max_step, x_axis=x_axis, stream=stream
        )
        return fetch_history_table(self._transport, self.entity, self.project, self.id, parameters=parameters)

    def metric(
        self, key: str, *, at: str | None = None, best: Goal = "min", stream: Stream = "default"
    ) -> RunMetric:
        """What a key comes to over all rows, by the server: count, min, max, mean, argmin, argmax, last.

        With `at`, the value of that key at the step where this one is best (least, or with `best="max"` greatest), or
        its last value before: `run.metric("loss", at="accuracy").at`. `count` is 0 and the rest None for a key that was
        never logged.
        """
        return fetch_metric(self._transport, self._path, key, at=at, best=best, stream=stream)

    def metric_keys(self, stream: Literal["default", "system"] = "default") -> list[MetricKey]:
        """The keys that it has logged, by name, with their ranges."""
        answer = self._transport.execute(
            LIST_METRIC_KEYS, {**variables_of(self._path), "stream": stream_of(stream)}
        )
        project = present_project(answer.project, self.entity, self.project)
        return [MetricKey.of(key) for key in present_run(project.run, self._path).metric_keys]

    def update(self) -> None:
        """Send what you edited, and nothing else; afterwards the run is as the server has it.

        Edits of tags, config and summary are carried over to what the server has by now, entry by entry: what others
        changed meanwhile stays. Edits survive a failure. Raises TypeError for a value that is no JSON.
        """
        if not self._edits.is_any:
            return
        newest = self._fetch_fields() if self._edits.need_merging else self._fields
        change = {"id": self.storage_id, **self._edits.change(newest)}
        answer = self._transport.execute(UPDATE_RUN, {"input": change})
        self._take(answer.update_run.run)

    def reload(self) -> None:
        """Ask the server again; edits that were not sent are gone."""
        self._take(self._fetch_fields())
