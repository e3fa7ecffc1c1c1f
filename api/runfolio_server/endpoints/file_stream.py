"""`POST /files/{entity}/{project}/{run}/file_stream`: what a run logs, in batches.

The status decides what the sender does: 2xx acknowledges, 408, 429 and 5xx make it send the same bytes again, any other
4xx makes it give up streaming. So only what can never pass is a 4xx, and a bad line is told, not refused.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runfolio_server.actions.access import missing_run
from runfolio_server.actions.runs.tombstones import refusal_of_project, refusal_of_writing
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.endpoints.answers import answering_errors, json_response
from runfolio_server.endpoints.bodies import read_body, room_of
from runfolio_server.endpoints.callers import caller_of
from runfolio_server.errors import AppError
from runfolio_server.ingest.append import Acknowledgement, append_batch
from runfolio_server.ingest.batch import Batch, RejectedLine
from runfolio_server.ingest.derived_summary import derive_summary
from runfolio_server.ingest.parse import (
    DERIVE_HEADER,
    HOW_TO_MAKE_A_RUN,
    INTERNAL_KEY,
    WRITER_HEADER,
    metric_rules,
    read_batch,
)
from runfolio_server.ingest.target import RunTarget, RunTargets
from runfolio_server.settings import Settings
from runfolio_server.sql.pool import Database
from runfolio_server.sql.turns import Purpose

# Enough to see what is wrong; the count tells the rest.
REJECTED_SHOWN = 20


async def file_stream(request: Request) -> Response:
    """Store one batch, whole or not at all."""
    state = request.app.state
    settings: Settings = state.settings
    targets: RunTargets = state.run_targets

    viewer, database = await caller_of(request, Purpose.WRITE)
    path = request.path_params
    target = await targets.find(database, viewer, path["entity"], path["project"], path["run"])
    body = await read_body(request, viewer.user_id)
    encoding, writer = request.headers.get("Content-Encoding", "").lower(), request.headers.get(WRITER_HEADER, "")
    batch = await read_batch(body, encoding, writer, settings.max_body_bytes, room_of(request))
    is_derived = DERIVE_HEADER in request.headers
    # What such a client sends of a summary is no whole one.
    sent = replace(batch, summary=None) if is_derived else batch
    stored = await _append(database, target, sent, viewer)
    if stored is None:
        # Its project may have been renamed or deleted, and made again, since it was last looked up.
        targets.forget(viewer, path["entity"], path["project"])
        known, target = target, await targets.find(database, viewer, path["entity"], path["project"], path["run"])
        stored = None if target == known else await _append(database, target, sent, viewer)
    run_id = None if target is None else target.run_id
    if stored is None:
        raise await _refusal(database, viewer, run_id, path["entity"], path["project"], path["run"])
    if run_id is not None and is_derived:
        await derive_summary(database, run_id, batch, INTERNAL_KEY, metric_rules)
    answer: dict[str, object] = {"exitcode": None, "limits": {}, "stopped": stored.is_stop_requested}
    rejected = [*batch.rejected, *(RejectedLine.of_summary(key) for key in stored.summary_left_out)]
    if rejected:
        answer["rejectedCount"] = len(rejected)
        answer["rejected"] = [
            {"stream": line.stream, "line": line.line, "key": line.key, "message": line.reason}
            for line in rejected[:REJECTED_SHOWN]
        ]
    return json_response(answer)


async def _append(database: Database, target: RunTarget | None, batch: Batch, viewer: Viewer) -> Acknowledgement | None:
    if target is None:
        return None
    return await append_batch(database, target.run_id, batch, viewer=target.asking, user_id=viewer.user_id)


async def _refusal(
    database: Database, viewer: Viewer, run_id: UUID | None, entity_name: str, project_name: str, run_name: str
) -> AppError:
    missing = missing_run([run_name], entity_name, project_name, Permission.LOG, hint=HOW_TO_MAKE_A_RUN)
    if run_id is None:
        return await refusal_of_project(database, viewer, entity_name, project_name, missing)
    return await refusal_of_writing(database, viewer, run_id, missing)


file_stream_routes = [
    Route("/files/{entity}/{project}/{run}/file_stream", answering_errors(file_stream), methods=["POST"])
]
