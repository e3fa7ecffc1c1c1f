"""`/export/{entity}/{project}/runs.ndjson`: a whole project in one request, as columns; see RunExport.lines.

GET takes `filters`, `order` and any number of `column`; POST takes them as a JSON object with a list `columns`, for
filters that are too long for a URL. Anything else is refused. What is wrong with the request has its status; what goes
wrong once the answer has begun is its last line, `{"errors": […]}`. An answer whose last line is not `{"end": …}` is
not whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from runfolio_server.actions.exports.runs import ExportRequest, open_export
from runfolio_server.domain import json_text
from runfolio_server.domain.json_size import check_value_count
from runfolio_server.domain.viewer import Viewer
from runfolio_server.endpoints.answers import answering_errors
from runfolio_server.endpoints.bodies import check_plain, read_question
from runfolio_server.endpoints.callers import reader_of
from runfolio_server.endpoints.compression import VARY, coding_for, compressed_stream
from runfolio_server.endpoints.hang_up import while_there_is_a_caller
from runfolio_server.endpoints.parameters import check_names
from runfolio_server.errors import AppError
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread_if

MEDIA_TYPE = "application/x-ndjson"

PARAMETERS = ("filters", "order", "column")
OPTIONS = ("filters", "order", "columns")
"""Of a body."""
VALUES_MAX = 20_000
"""JSON values in a body: it has the names of at most 10,000 columns, and two texts."""


async def export_runs(request: Request) -> Response:
    """Stream the runs. The first page is read before the answer begins, so that its errors have their status."""
    viewer, database = await reader_of(request)
    asked = await _read_request(request, viewer)
    async with while_there_is_a_caller(request, database):
        export = await open_export(database, viewer, asked)
        lines = export.lines()
        first = await anext(lines)
    answer = told_errors(first, lines)
    headers = {**VARY, "Cache-Control": "private, no-store"}
    coding = coding_for(request)
    if coding is None:
        return StreamingResponse(answer, media_type=MEDIA_TYPE, headers=headers)
    headers["Content-Encoding"] = coding
    return StreamingResponse(compressed_stream(answer, coding), media_type=MEDIA_TYPE, headers=headers)


async def _read_request(request: Request, viewer: Viewer) -> ExportRequest:
    path = request.path_params
    check_names(request.query_params, () if request.method == "POST" else PARAMETERS)
    if request.method == "POST":
        check_plain(request)
        body = await read_question(request, viewer)
        options = await in_thread_if(len(body) > HEAVY_BYTES, _read_options, body)
        columns = options.get("columns")
    else:
        options = dict(request.query_params)
        columns = request.query_params.getlist("column") or None
    return ExportRequest(path["entity"], path["project"], options.get("filters"), options.get("order"), columns)


def _read_options(body: bytes) -> dict[str, Any]:
    """The options in a body. Raises AppError when it is not of their shape, TooLarge when it holds too much."""
    check_value_count(body, VALUES_MAX, "The body")
    try:
        options = json_text.parse_envelope(body or b"{}")
    except ValueError as error:
        raise AppError(f"The body is not valid JSON: {error}") from error
    if not isinstance(options, dict):
        raise AppError("The body must be a JSON object with `filters`, `order` and `columns`, or less of them.")
    check_names(options, OPTIONS)
    for name in ("filters", "order"):
        if not isinstance(options.get(name), str | None):
            raise AppError(f"`{name}` must be a string or null.", path=name)
    columns = options.get("columns")
    if columns is not None and not (isinstance(columns, list) and all(isinstance(name, str) for name in columns)):
        raise AppError("`columns` must be a list of strings or null.", path="columns")
    return options


async def told_errors(first: bytes, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines, and one that tells what went wrong in their midst."""
    yield first
    try:
        async for line in lines:
            yield line
    except AppError as error:
        yield orjson.dumps({"errors": [{"message": error.message, "extensions": dict(error.extensions)}]}) + b"\n"


export_routes = [
    Route("/export/{entity}/{project}/runs.ndjson", answering_errors(export_runs), methods=["GET", "POST"])
]
