"""`GET /export/{entity}/{project}/{run}/console.txt`: what a run has printed, as a file of UTF-8 text.

Query parameter: `strip_ansi` (`true` or `false`, which is so unless told): without what steers a terminal.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from runfolio_server.actions.exports.console import open_console_export
from runfolio_server.endpoints.answers import answering_errors
from runfolio_server.endpoints.callers import caller_of
from runfolio_server.endpoints.hang_up import while_there_is_a_caller
from runfolio_server.endpoints.parameters import check_names, check_one_of

HEADERS = {
    "Content-Disposition": 'attachment; filename="console.txt"',
    "Cache-Control": "private, no-store",
}


async def export_console(request: Request) -> Response:
    """Stream the lines. The first page is read before the answer begins, so that its errors have their status."""
    viewer, database = await caller_of(request)
    check_names(request.query_params, ("strip_ansi",))
    strip = request.query_params.get("strip_ansi", "false")
    check_one_of("strip_ansi", strip, ("true", "false"))
    path = request.path_params
    async with while_there_is_a_caller(request, database):
        texts = await open_console_export(
            database, viewer, path["entity"], path["project"], path["run"], strip_ansi=strip == "true"
        )
    return StreamingResponse(texts, media_type="text/plain; charset=utf-8", headers=HEADERS)


export_console_routes = [
    Route("/export/{entity}/{project}/{run}/console.txt", answering_errors(export_console), methods=["GET"])
]
