"""`GET /export/{entity}/{project}[/{run}]/history.arrow` or `.parquet`: history as a table.

Query parameters: `keys` (repeated; absent: all), `min_step`, `max_step` (left out itself), `samples`, `x_axis`,
`stream` (history or system); for a project also `ids` (repeated run names) or `filters`, and `order`, `first`.
A row has at least one of the keys. Columns: `run_id` (a project's only), `_step` and the keys, of the narrowest type
that holds every value; text with the metadata `runfolio.json` is JSON.
Arrow goes out page by page. A Parquet file ends with what is read first, so it is written whole and then sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import math
import os
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from runfolio_server.actions.exports.history import RUNS_MAX, RunChoice, open_history_export
from runfolio_server.allocator import give_memory_back
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.endpoints.answers import answering_errors
from runfolio_server.endpoints.callers import reader_of
from runfolio_server.endpoints.hang_up import while_there_is_a_caller
from runfolio_server.endpoints.parameters import check_names, check_one_of
from runfolio_server.errors import AppError, NoRoom, Unavailable
from runfolio_server.heavy_threads import in_thread
from runfolio_server.history.reading.arrow import ArrowStream, Layout, write_parquet_file
from runfolio_server.history.reading.column_types import TypedTables
from runfolio_server.history.reading.run_pages import Wanted
from runfolio_server.history.reading.table import Table
from runfolio_server.objects.store import READ_BYTES
from runfolio_server.objects.temporary_files import open_temporary_file
from runfolio_server.seldom import Seldom
from runfolio_server.settings import Settings

SAMPLES_MAX = 100_000
STEP_MAX = 2**62
LARGE_BYTES = 8 * 1024 * 1024
"""After a larger answer the C library is asked to give memory back: see allocator.py."""

MEDIA_TYPES = {"arrow": "application/vnd.apache.arrow.stream", "parquet": "application/vnd.apache.parquet"}
# Threads of their own: they wait for pages, and pages are decoded in the threads that the loop has for everybody.
PARQUET_WRITERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="parquet")
STREAM_NAMES = {"history": "history", "system": "events"}
PARAMETERS = ("keys", "min_step", "max_step", "samples", "x_axis", "stream")
PROJECT_PARAMETERS = (*PARAMETERS, "ids", "filters", "order", "first")

NO_ROOM_FOR_FILE = "There is no room for the file that is written before it is sent; history.arrow needs none."
SELDOM = Seldom(logging.getLogger(__name__))

INTEGER = re.compile(r"-?[0-9]{1,19}")


async def export_run(request: Request) -> Response:
    """One run's history."""
    path = request.path_params
    check_names(request.query_params, PARAMETERS)
    return await _export(request, RunChoice(path["entity"], path["project"], [path["run"]]), has_run_column=False)


async def export_project(request: Request) -> Response:
    """The history of many runs of a project, run after run."""
    path, query = request.path_params, request.query_params
    check_names(query, PROJECT_PARAMETERS)
    choice = RunChoice(
        path["entity"],
        path["project"],
        query.getlist("ids") if "ids" in query else None,
        query.get("filters"),
        query.get("order"),
        _integer(query, "first", 1, RUNS_MAX),
    )
    return await _export(request, choice, has_run_column=True)


async def _export(request: Request, choice: RunChoice, *, has_run_column: bool) -> Response:
    viewer, database = await reader_of(request)
    form = request.path_params["form"]
    check_one_of("form", form, tuple(MEDIA_TYPES))
    wanted = _wanted(request.query_params)
    async with while_there_is_a_caller(request, database):
        layout, typed = await open_history_export(database, viewer, choice, wanted, has_run_column=has_run_column)
    headers = {
        "Content-Disposition": f'attachment; filename="history.{form}"',
        "Cache-Control": "private, no-store",
    }
    if form == "arrow":
        # Made before the first byte, so that a column which cannot be written is told.
        stream = ArrowStream(layout)
        return StreamingResponse(_messages(stream, typed), media_type=MEDIA_TYPES[form], headers=headers)
    settings: Settings = request.app.state.settings
    async with while_there_is_a_caller(request, database):
        file, size = await _write_parquet(layout, typed, settings.data_dir)
    headers["Content-Length"] = str(size)
    return StreamingResponse(_pieces(file), media_type=MEDIA_TYPES[form], headers=headers)


def _wanted(query: QueryParams) -> Wanted:
    stream = query.get("stream", "history")
    check_one_of("stream", stream, tuple(STREAM_NAMES))
    low, high = (_integer(query, name, -STEP_MAX, STEP_MAX) for name in ("min_step", "max_step"))
    return Wanted(
        STREAM_NAMES[stream],
        tuple(dict.fromkeys(query.getlist("keys"))),
        -math.inf if low is None else float(low),
        math.inf if high is None else float(high),
        _integer(query, "samples", 1, SAMPLES_MAX),
        query.get("x_axis") or STEP_KEY,
    )


async def _messages(stream: ArrowStream, typed: TypedTables) -> AsyncIterator[bytes]:
    sent = 0
    yield stream.start
    async for tables in typed.pages:
        if any(len(table.steps) for table in tables):
            messages = await asyncio.to_thread(stream.messages, tables)
            sent += len(messages)
            yield messages
    yield stream.end
    if sent > LARGE_BYTES:
        await in_thread(give_memory_back)


async def _write_parquet(layout: Layout, typed: TypedTables, data_dir: Path) -> tuple[IO[bytes], int]:
    """A temporary file at its beginning, and its size. No thread and no connection is held while it is sent."""
    loop = asyncio.get_running_loop()

    def pages() -> Iterator[list[Table]]:
        # The thread waits while the loop reads the next page.
        while (tables := asyncio.run_coroutine_threadsafe(_next(typed.pages), loop).result()) is not None:
            if any(len(table.steps) for table in tables):
                yield tables

    def write() -> tuple[IO[bytes], int]:
        try:
            file = open_temporary_file(data_dir)
            try:
                write_parquet_file(layout, pages(), file)
                size = file.seek(0, os.SEEK_END)
                file.seek(0)
            except BaseException:
                # Of a full disk it would complain once more.
                with contextlib.suppress(OSError):
                    file.close()
                raise
        except OSError as error:
            SELDOM.warning("the file of an export cannot be written: %s", error)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoRoom(NO_ROOM_FOR_FILE) from error
            raise Unavailable("The file that is written before it is sent cannot be written now; try again.") from error
        if size > LARGE_BYTES:
            give_memory_back()
        return file, size

    return await loop.run_in_executor(PARQUET_WRITERS, write)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, READ_BYTES):
            yield piece


async def _next(pages: AsyncIterator[list[Table]]) -> list[Table] | None:
    return await anext(pages, None)


def _integer(query: QueryParams, name: str, lowest: int, highest: int) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not INTEGER.fullmatch(text) or not lowest <= int(text) <= highest:
        raise AppError(f"{name} is {text[:100]!r}; allowed: an integer from {lowest} to {highest}", path=name)
    return int(text)


export_history_routes = [
    Route("/export/{entity}/{project}/history.{form}", answering_errors(export_project), methods=["GET"]),
    Route("/export/{entity}/{project}/{run}/history.{form}", answering_errors(export_run), methods=["GET"]),
]
