"""What an SDK asks that would resume a run: was it started, and where does it go on. Used by run.py and project.py.

To the SDK a run is there when its config has the note `t`, which every process of the SDK leaves. Runs that are written
without the SDK have none, and number their rows as other writers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from runfolio_server.context import Context
from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.events.state_log import was_started
from runfolio_server.sql.runs.runs import RunRow, StreamRow

INTERNAL_KEY = "_wandb"
STARTED_NOTE = "t"
HISTORY = "history"


def notes_of(row: RunRow, streams: Sequence[StreamRow]) -> dict[str, Any]:
    """The SDK's own notes in the config; a run that holds anything at all has the note that it was started."""
    config = json_text.parse(row.config_text.encode())
    internal = config.get(INTERNAL_KEY)
    notes = internal.get("value") if isinstance(internal, Mapping) else None
    found = dict(notes) if isinstance(notes, Mapping) else {}
    if config or streams or row.exit_code is not None or json_text.parse(row.summary_text.encode()):
        found.setdefault(STARTED_NOTE, {})
    return found


async def was_started_empty(context: Context, run_id: UUID) -> bool:
    """Whether a process has begun a run that holds nothing, such as one of our client that was killed early.

    Else it was only described, by `wandb.Api().create_run()` perhaps, for a process that has not come yet.
    """
    async with context.database.connection() as connection:
        return await was_started(connection, run_id)


async def prime_lines_of_others(context: Context, run_id: UUID) -> None:
    """Let the SDK find a line of its own where just others have written history.

    It goes on after the last step only when there are lines, and numbers its lines from there. So it begins at line 1,
    and line 0 never comes. Only who resumes is told so: processes that share a run begin at line 0 each.
    """
    streams = await context.loaders.streams.load(run_id)
    writers = {stream.writer for stream in streams if stream.stream == HISTORY and stream.next_line}
    if writers and "" not in writers:
        own = StreamRow(run_id=run_id, stream=HISTORY, writer="", epoch=0, next_line=1, step_high=None, rejected=0)
        context.loaders.streams.prime(run_id, [*streams, own])


def with_whole_step(text: str, step: float | None) -> str:
    """The last row with its step as the integer that the SDK needs; `step` is the run's greatest."""
    row = json_text.parse(text.encode())
    if type(row.get(STEP_KEY)) is int or step is None:
        return text
    return json_text.dump({**row, STEP_KEY: math.floor(step)})
