# Made from _async/history_tables.py by client/unasync.py; do not edit.
"""History as columns, of one run or many in one request, and what a key comes to. Called by run.py and runs.py."""

from __future__ import annotations

from runfolio._sync.transport import Transport
from runfolio._core.arrow_stream import ArrowStream
from runfolio._core.history import Parameters, Stream, stream_of, variables_of
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import GET_METRIC
from runfolio._core.paths import RunPath, url_of
from runfolio._core.run_metric import Goal, RunMetric, goal_of
from runfolio.history_table import HistoryTable


def fetch_history_table(transport: Transport, *place: str, parameters: Parameters) -> HistoryTable:
    """The table of a run (entity, project, run) or of runs of a project (entity, project).

    Raises NotFoundError, BadRequestError, and DownloadError when the answer is not whole.
    """
    url = url_of(transport.base_url, "export", *place, "history.arrow")
    stream = ArrowStream(url)
    transport.fetch_table(url, parameters, stream)
    return HistoryTable(stream)


def fetch_metric(
    transport: Transport, path: RunPath, key: str, *, at: str | None, best: Goal, stream: Stream
) -> RunMetric:
    """What a key of a run comes to. Raises NotFoundError for a run that is not there, ValueError for unknown words."""
    variables = {"key": key, "at": at or "", "withAt": at is not None, "best": goal_of(best)}
    answer = transport.execute(GET_METRIC, {**variables_of(path), **variables, "stream": stream_of(stream)})
    project = present_project(answer.project, str(path.entity), path.project)
    return RunMetric.of(key, present_run(project.run, path).metric)
