"""`GET /metrics`: how far compaction lags and how much it has done, as Prometheus text; for site admins.

The worker is another process, perhaps on another machine: what it leaves in the database is asked for each time.
Format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runfolio_server.actions.sign_in import SignIn
from runfolio_server.endpoints.answers import answering_errors
from runfolio_server.errors import Forbidden
from runfolio_server.sql.counters import SELECT_COMPACTION_STATUS
from runfolio_server.sql.pool import Database

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Field of CompactionStatusRow → name, type and help.
METRICS = {
    "tail_streams": ("runfolio_history_tail_streams", "gauge", "Streams with lines that wait for compaction."),
    "tail_lines": ("runfolio_history_tail_lines", "gauge", "Lines that wait for compaction."),
    "tail_bytes": ("runfolio_history_tail_bytes", "gauge", "Their compressed size."),
    "oldest_tail_s": ("runfolio_history_tail_age_seconds", "gauge", "How long the oldest of them has waited."),
    "compacted_lines": ("runfolio_history_compacted_lines_total", "counter", "Lines compacted so far."),
}


async def tell_metrics(request: Request) -> Response:
    """The metrics."""
    sign_in: SignIn = request.app.state.sign_in
    database: Database = request.app.state.database
    viewer = await sign_in.viewer(request.headers.get("Authorization"))
    if not viewer.is_admin:
        raise Forbidden("Only site admins may see the metrics.")
    async with database.connection() as connection:
        status = await connection.row(SELECT_COMPACTION_STATUS)
    lines = [
        f"# HELP {name} {text}\n# TYPE {name} {kind}\n{name} {getattr(status, field)}\n"
        for field, (name, kind, text) in METRICS.items()
    ]
    return Response("".join(lines), media_type=MEDIA_TYPE)


metrics_routes = [Route("/metrics", answering_errors(tell_metrics), methods=["GET"])]
