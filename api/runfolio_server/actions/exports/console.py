"""All that a run has printed, as text: page by page, whatever its length. Called by endpoints/export_console.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final
from uuid import UUID

from runfolio_server.actions.access import checked_project, missing_run
from runfolio_server.actions.console.read import ConsoleChoice, ConsoleLines, read_console
from runfolio_server.domain.hidden import REFUSAL, sight_of
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.domain.terminal_codes import without_terminal_codes
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import Forbidden
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.runs import SELECT_RUN_BY_NAME

PAGE_LINES: Final = 10_000
PAGE_BYTES: Final = 4 * 1024 * 1024
"""Beyond it a page ends behind the line that it was reached with."""


async def open_console_export(
    database: Database, viewer: Viewer, entity: str, project: str, run: str, *, strip_ansi: bool
) -> AsyncIterator[bytes]:
    """UTF-8 of the lines that there are now, each with its end; of those that are written again meanwhile either form.

    No connection is held between two pages. Raises NotFound when there is no such run that the viewer may see,
    Forbidden when its console is hidden from them.
    """
    async with database.connection() as connection:
        found = await checked_project(connection, viewer, Permission.READ, entity, project)
        row = await connection.row(SELECT_RUN_BY_NAME, found.project_id, run, run_id_of(found.project_id, run))
    if row is None:
        raise missing_run([run], entity, project, Permission.READ)
    if not sight_of(viewer, found.entity_id, found.visibility).of_run(row.created_by):
        raise Forbidden(f"The console of a run {REFUSAL}.")
    choice = ConsoleChoice(PAGE_LINES, PAGE_BYTES)
    first = await read_console(database, row.run_id, choice)
    return _texts(database, row.run_id, replace(choice, max_number=first.total), first, strip_ansi=strip_ansi)


async def _texts(
    database: Database, run_id: UUID, choice: ConsoleChoice, page: ConsoleLines, *, strip_ansi: bool
) -> AsyncIterator[bytes]:
    while True:
        texts = [line.row.text for line in page.lines]
        if strip_ansi:
            texts = [without_terminal_codes(text) for text in texts]
        if texts:
            yield ("\n".join(texts) + "\n").encode()
        # A page ends by its bytes too, so that one without more to come may not be the last.
        if page.end_cursor is None:
            return
        page = await read_console(database, run_id, replace(choice, after=page.end_cursor))
