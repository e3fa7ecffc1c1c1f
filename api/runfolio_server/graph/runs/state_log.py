"""The states that a run came into, as they were written with each change."""

from __future__ import annotations

from enum import Enum

import strawberry

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.domain.state_change import StateCause, reason_of
from runfolio_server.events.state_log import count_state_changes, state_changes_page
from runfolio_server.graph.identity.user import User, find_user
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
    STOP = strawberry.enum_value(
        StateCause.STOP.value, description="It was asked to stop, and then not heard from for too long."
    )
    REQUEUE = strawberry.enum_value(
        StateCause.REQUEUE.value, description="Somebody sent it back to wait for another process."
    )
    GIVE_UP = strawberry.enum_value(StateCause.GIVE_UP.value, description="Somebody said that it will not go on.")
    REWIND = strawberry.enum_value(
        StateCause.REWIND.value, description="Somebody took it back to an earlier step, where a process may go on."
    )
    UPDATE = strawberry.enum_value(StateCause.UPDATE.value, description="Somebody said which state it is in.")


@strawberry.type(description="A state that a run came into.")
class RunStateChange:
    """One entry of the log."""

    row: strawberry.Private[StateChangeRow]
    state: str = strawberry.field(description="The state that it came into.")
    previous_state: str | None = strawberry.field(description="The state that it left; null: it was made.")
    cause: RunStateCause = strawberry.field(description="Why.")
    reason: str = strawberry.field(description="Why, as a sentence: with the exit code, or how long it was silent.")
    at: Instant = strawberry.field(description="When, by the server's clock; no earlier than the change before.")

    @strawberry.field(
        description="Who brought it about: whose key the process had, or who asked for it. Null: the server found it, "
        "or an account that is gone."
    )
    async def user(self, info: RequestInfo) -> User | None:
        """Who it was."""
        return None if self.row.user_id is None else await find_user(info, self.row.user_id)

    @classmethod
    def of(cls, row: StateChangeRow) -> RunStateChange:
        """The change of a row."""
        return cls(
            row=row,
            state=row.state,
            previous_state=row.previous_state,
            cause=RunStateCause(row.cause),
            reason=reason_of(StateCause(row.cause), row.exit_code, row.silence_s),
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
