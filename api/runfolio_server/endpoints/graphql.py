"""`/graphql`: POST executes a document, GET shows a page to a browser (explorer.py).

Statuses: documents that do not parse or validate, and partial data, are 200 as GraphQL clients expect. When an error
leaves no data at all, the status is the error's own, because it decides what clients retry: 400 for what can never
pass, 401 and 403, 429 and 503 for what may pass later (then even beside data: 200 is never tried again).
"""

from __future__ import annotations

import json
import logging
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from runfolio_server.allocator import give_memory_back
from runfolio_server.answer_budget import ANSWER_BYTES_MAX, ANSWER_VALUES_MAX, AnswerBudget
from runfolio_server.context import Context
from runfolio_server.domain import json_text
from runfolio_server.domain.json_size import check_value_count
from runfolio_server.domain.time_text import ORJSON_TIMES, time_text
from runfolio_server.endpoints.answers import answering_errors, json_response
from runfolio_server.endpoints.base_url import base_url_of
from runfolio_server.endpoints.bodies import check_json, check_plain, read_question
from runfolio_server.endpoints.callers import reader_of, session_that_came
from runfolio_server.endpoints.compression import COMPRESSED_MIN_BYTES, VARY, coding_for, compressed, compressed_stream
from runfolio_server.endpoints.explorer import explorer_page
from runfolio_server.endpoints.hang_up import while_there_is_a_caller
from runfolio_server.endpoints.large_answers import encoded_pieces, has_long_list
from runfolio_server.errors import AppError, TooLarge, Unavailable
from runfolio_server.graph.limits.variable_limits import VALUES_MAX, check_variables
from runfolio_server.graph.schema import is_unforeseen, masked_error, schema
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread, in_thread_if
from runfolio_server.held_bytes import HeldBytes
from runfolio_server.loaders import Loaders

# Parsed documents are kept: this bounds what they cost, and the time of the parser. Values belong into variables.
MAX_DOCUMENT_CHARACTERS = 100_000

LOGGER = logging.getLogger(__name__)


async def execute_document(request: Request) -> Response:
    """Execute one document."""
    state = request.app.state
    viewer, database = await reader_of(request)
    session = session_that_came(request)
    check_json(request)
    check_plain(request)
    body = await read_question(request, viewer)
    query, variables, operation_name = await in_thread_if(len(body) > HEAVY_BYTES, read_document, body)
    held: HeldBytes = state.held_answers
    room = await held.take(viewer.user_id, 0)
    budget = AnswerBudget(ANSWER_BYTES_MAX, ANSWER_VALUES_MAX, room)
    base_url = base_url_of(request)
    context = Context(
        viewer,
        database,
        Loaders(database, viewer, state.order_indexes, budget),
        state.url_signer,
        state.object_store,
        state.cursor_secret,
        state.order_indexes,
        state.remembered_access,
        state.wake_up,
        base_url,
        state.settings.objects_url or base_url,
        tuple(filter(None, map(str.strip, state.settings.storage_regions.split(",")))),
        request.headers,
        budget,
        state.settings.deleted_kept_days,
        None if session is None else session.session_id,
    )
    try:
        async with while_there_is_a_caller(request, database), budget.ending():
            result = await schema.execute(
                query, variable_values=variables, operation_name=operation_name, context_value=context
            )
    finally:
        context.loaders.clear()
        room.shrink(0)
        state.memory_back.after(budget.most)
    errors = result.errors or []
    answer: dict[str, Any] = {"data": result.data}
    if errors:
        answer["errors"] = [format_error(error) for error in errors]
    response = await _response(answer, status_of(result.data, errors), coding_for(request))
    later = [error.original_error for error in errors if isinstance(error.original_error, Unavailable)]
    if later:
        response.headers["Retry-After"] = str(max(error.retry_after_s for error in later))
    return response


async def _response(answer: dict[str, Any], status: int, coding: str | None) -> Response:
    headers = dict(VARY)
    if has_long_list(answer):
        pieces = encoded_pieces(answer, encode)
        if coding is not None:
            pieces = compressed_stream(pieces, coding)
            headers["Content-Encoding"] = coding
        # The texts are gone by then.
        afterwards = BackgroundTask(in_thread, give_memory_back)
        return StreamingResponse(pieces, status, headers, "application/json", afterwards)
    content = encode(answer)
    if coding is not None and len(content) >= COMPRESSED_MIN_BYTES:
        content = await compressed(content, coding)
        headers["Content-Encoding"] = coding
    return Response(content, status, headers, media_type="application/json")


async def show_explorer(request: Request) -> Response:
    """A page to ask from, for a browser; anything else is told to POST."""
    if "text/html" in request.headers.get("Accept", ""):
        return explorer_page(request)
    response = json_response({"errors": [{"message": "Send GraphQL documents with POST."}]}, 405)
    response.headers["Allow"] = "POST"
    return response


def read_document(body: bytes) -> tuple[str, dict[str, Any], str | None]:
    """Document, variables and operation name of a request body; an empty name means none, as some SDKs send it.

    Raises AppError when the body is not of this shape, TooLarge when it or its variables hold too much.
    """
    check_value_count(body, VALUES_MAX, "The body")
    try:
        found = json_text.parse_envelope(body)
    except ValueError as error:
        raise AppError(f"The body is not valid JSON: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("query"), str) or not found["query"]:
        raise AppError("The body must be a JSON object with a string `query`.")
    if len(found["query"]) > MAX_DOCUMENT_CHARACTERS:
        raise TooLarge(
            f"`query` has {len(found['query'])} characters; allowed: {MAX_DOCUMENT_CHARACTERS}", path="query"
        )
    variables = found.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise AppError("`variables` must be an object.", path="variables")
    check_variables(variables or {})
    operation_name = found.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise AppError("`operationName` must be a string.", path="operationName")
    return found["query"], variables or {}, operation_name or None


def format_error(error: GraphQLError) -> dict[str, Any]:
    """The error as the caller sees it: what nobody foresaw stays in our log."""
    if is_unforeseen(error):
        hidden = masked_error()
        if error.path is not None:
            hidden["path"] = error.path
        return hidden
    return dict(error.formatted)


def status_of(data: dict[str, Any] | None, errors: list[GraphQLError]) -> int:
    """200, or the status of the error that left no data; what may pass later is 503, or 429, even beside data."""
    later = [error.original_error.status for error in errors if isinstance(error.original_error, Unavailable)]
    if later:
        return max(later)
    if not errors or _holds_something(data):
        return 200
    for error in errors:
        if isinstance(error.original_error, AppError):
            return error.original_error.status
        if is_unforeseen(error):
            return 500
    return 200


def _holds_something(data: object) -> bool:
    """Whether there is more in it than objects of nulls."""
    return any(map(_holds_something, data.values())) if isinstance(data, dict) else data is not None


def encode(answer: Any) -> bytes:
    """JSON bytes; by the standard library where orjson refuses: integers beyond 64 bits, lone surrogates.

    Compiled selections leave UTC times to it: both ways write them as `time_text` does.
    """
    try:
        return orjson.dumps(answer, option=ORJSON_TIMES)
    except TypeError:
        return json.dumps(answer, default=time_text).encode()


graphql_routes = [
    Route("/graphql", answering_errors(execute_document), methods=["POST"]),
    Route("/graphql", answering_errors(show_explorer), methods=["GET"]),
]
