"""What a field reads of histories: in turn with the others of its request, and within the budget of the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runfolio_server.answer_budget import Reading
from runfolio_server.graph.execution.siblings import field_name
from runfolio_server.graph.info import RequestInfo


@asynccontextmanager
async def turn_to_read(info: RequestInfo) -> AsyncIterator[Reading]:
    """Wait for a turn to read; what is taken then is held until the field is written.

    Raises AnswerTooLarge when the answer is too large already, Unavailable when there is no room for it in time.
    """
    async with info.context.reads:
        await info.context.budget.may_read()
        with info.context.budget.reading(field_name(info.path)) as taken:
            yield taken
