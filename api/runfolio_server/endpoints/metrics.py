"""`GET /metrics`: what waits for the worker, what it has done, and each process of the API; for site admins.

The worker is another process, perhaps on another machine: what it leaves in the database is asked for each time.
Whichever process of a `serve` answers tells of all of them, each by a label; those of other machines are asked there.
Format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import time
from dataclasses import asdict

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runfolio_server.actions.access import check_site
from runfolio_server.domain.permission import Permission
from runfolio_server.endpoints.answers import answering_errors
from runfolio_server.endpoints.callers import caller_of
from runfolio_server.loop_watch import LoopWatch
from runfolio_server.process_numbers import NumberBoard, ProcessNumbers, own_cpu_s, own_memory_bytes
from runfolio_server.sql.history.counters import SELECT_COMPACTION_STATUS
from runfolio_server.sql.objects.unused_objects import SELECT_SWEEP_STATUS
from runfolio_server.sql.runs.purge import SELECT_PURGE_STATUS
from runfolio_server.webhooks.waiting import webhook_numbers

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Field of CompactionStatusRow, SweepStatusRow, PurgeStatusRow or WebhookNumbers → name, type and help.
METRICS = {
    "tail_streams": ("runfolio_history_tail_streams", "gauge", "Streams with lines that wait for compaction."),
    "tail_lines": ("runfolio_history_tail_lines", "gauge", "Lines that wait for compaction."),
    "tail_bytes": ("runfolio_history_tail_bytes", "gauge", "Their compressed size."),
    "oldest_tail_s": ("runfolio_history_tail_age_seconds", "gauge", "How long the oldest of them has waited."),
    "compacted_lines": ("runfolio_history_compacted_lines_total", "counter", "Lines compacted so far."),
    "unused_objects": ("runfolio_unused_objects", "gauge", "Stored objects found to be unused, waiting for deletion."),
    "unused_bytes": ("runfolio_unused_bytes", "gauge", "Their size."),
    "swept_objects": ("runfolio_swept_objects_total", "counter", "Unused objects deleted so far."),
    "swept_bytes": ("runfolio_swept_bytes_total", "counter", "Their size."),
    "deleted_runs": ("runfolio_deleted_runs", "gauge", "Deleted runs that have something left."),
    "purged_runs": ("runfolio_purged_runs_total", "counter", "Deleted runs whose data was freed so far."),
    "purged_bytes": ("runfolio_purged_bytes_total", "counter", "The size of these data."),
    "delivered": ("runfolio_webhook_delivered_total", "counter", "Messages that the webhook has taken."),
    "failed": ("runfolio_webhook_failed_total", "counter", "Attempts to tell the webhook that were in vain."),
    "waiting": ("runfolio_webhook_waiting", "gauge", "Events that the webhook is still to be told, up to 10,000."),
    "oldest_waiting_s": ("runfolio_webhook_waiting_age_seconds", "gauge", "How long the oldest of them has waited."),
}

# Field of ProcessNumbers → likewise.
PROCESS_METRICS = {
    "cpu_s": ("runfolio_process_cpu_seconds_total", "counter", "Processor time of a process of the API."),
    "memory_bytes": ("runfolio_process_memory_bytes", "gauge", "What it holds in memory."),
    "stall_s": ("runfolio_loop_stall_seconds", "gauge", "Its longest time without answering, in the last minute."),
    "longest_stall_s": ("runfolio_loop_stall_longest_seconds", "gauge", "The same since its start."),
    "stalls": ("runfolio_loop_stalls_total", "counter", "How often it was longer than 0.1 s."),
}


async def tell_metrics(request: Request) -> Response:
    """The metrics."""
    viewer, database = await caller_of(request)
    check_site(viewer, Permission.READ, "see the metrics")
    async with database.connection() as connection:
        compaction = await connection.row(SELECT_COMPACTION_STATUS)
        sweep = await connection.row(SELECT_SWEEP_STATUS)
        purge = await connection.row(SELECT_PURGE_STATUS)
        webhook = await webhook_numbers(connection)
    values = {**_fields(compaction), **_fields(sweep), **_fields(purge), **asdict(webhook)}
    lines = [
        f"# HELP {name} {text}\n# TYPE {name} {kind}\n{name} {values[field]}\n"
        for field, (name, kind, text) in METRICS.items()
    ]
    board: NumberBoard = request.app.state.number_board
    board.tell(own_numbers(request.app.state.loop_watch))
    numbers = board.all()
    for field, (name, kind, text) in PROCESS_METRICS.items():
        lines.append(f"# HELP {name} {text}\n# TYPE {name} {kind}\n")
        lines += [f'{name}{{process="{pid}"}} {getattr(of_one, field)}\n' for pid, of_one in numbers.items()]
    return Response("".join(lines), media_type=MEDIA_TYPE)


def own_numbers(watch: LoopWatch) -> ProcessNumbers:
    """What this process tells of itself now."""
    return ProcessNumbers(
        own_cpu_s(), own_memory_bytes(), watch.longest_recent_s(time.monotonic()), watch.longest_s, watch.stalls
    )


def _fields(row: msgspec.Struct | None) -> dict[str, float]:
    return {} if row is None else msgspec.structs.asdict(row)


metrics_routes = [Route("/metrics", answering_errors(tell_metrics), methods=["GET"])]
