"""The states that a run came into, as they were written with each change."""

from __future__ import annotations

from enum import Enum

import strawberry

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.domain.state_change import StateCause
from runfolio_server.events.state_log import count_state_changes, state_changes_page
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import After, Connection, First, build_connection, page_size
from runfolio_server.graph.relay.scalars import Instant
from runfolio_server.sql.events.events import StateChangeRow
from runfolio_server.sql.runs.runs import RunRow


@strawberry.enum(description="Why a run came into a state.")
class RunStateCause(Enum):
    """The causes of StateCause, in words."""

    START = strawberry.enum_value(StateCause.START.value, description="It was made, or somebody took it up again.")
    BATCH = strawberry.enum_value(StateCause.BATCH.value, description="It was heard from.")
    NOTICE = strawberry.enum_value(
        StateCause.NOTICE.value, description="It said that its machine will soon be taken away."
    )
    EXIT = strawberry.enum_value(StateCause.EXIT.value, description="Its process told its exit code.")
    SILENCE = strawberry.enum_value(StateCause.SILENCE.value, description="It was not heard from for too long.")
    UPDATE = strawberry.enum_value(StateCause.UPDATE.value, description="Somebody said which state it is in.")


@strawberry.type(description="A state that a run came into.")
class RunStateChange:
    """One entry of the log."""

    row: strawberry.Private[StateChangeRow]
    state: str = strawberry.field(description="The state that it came into.")
    previous_state: str | None = strawberry.field(description="The state that it left; null: it was made.")
    cause: RunStateCause = strawberry.field(description="Why.")
    at: Instant = strawberry.field(description="When; no earlier than the change before.")

    @classmethod
    def of(cls, row: StateChangeRow) -> RunStateChange:
        """The change of a row."""
        return cls(
            row=row,
            state=row.state,
            previous_state=row.previous_state,
            cause=RunStateCause(row.cause),
            at=Instant(row.at),
        )


@strawberry.type
class RunStateLog:
    """The field of Run that tells its states."""

    row: strawberry.Private[RunRow]

    @strawberry.field(
        description="Every state that it came into, the oldest first. The newest 1,000 are kept as long as the run; "
        "a cursor before those is refused."
    )
    async def state_changes(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[RunStateChange]:
        """A page of the log."""
        size = page_size(first)
        after_number: int | None = decode_cursor("stateChanges", after, [int])[0] if after else None
        run_id = self.row.run_id
        async with info.context.database.connection() as connection:
            rows = await state_changes_page(connection, run_id, after_number, size + 1)

        async def count() -> int:
            async with info.context.database.connection() as connection:
                return await count_state_changes(connection, run_id)

        return build_connection(
            rows, size, RunStateChange.of, lambda row: encode_cursor("stateChanges", [row.number]), count
        )
