"""The outbox: rows of events, and the log of a run's states made of them. Called by events/; see events.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile


class EventRow(msgspec.Struct, frozen=True):
    """An event. Its place in the order of all is (transaction_id, number, object_id).

    `detail` is a small JSON object. `is_settled`: no event before it can come any more.
    """

    transaction_id: int
    number: int
    object_id: UUID
    kind: str
    entity_id: int
    project_id: int | None
    at: datetime
    detail: str
    is_settled: bool


class EventPlaceRow(msgspec.Struct, frozen=True):
    """Where an event stands, or stood, in the order of all."""

    transaction_id: int
    number: int
    object_id: UUID


class EventHorizonRow(msgspec.Struct, frozen=True):
    """The oldest open transaction, one past the newest that has ended, and the last event that was swept, if any."""

    oldest_open: int
    past_newest: int
    transaction_id: int | None
    number: int | None
    object_id: UUID | None


class StateChangeRow(msgspec.Struct, frozen=True):
    """A state that a run came into; `previous_state` is null where the run was made.

    `user_id` is whoever brought it about, null: the server found it. `exit_code` and `silence_s` (seconds) tell more
    of causes that have them.
    """

    number: int
    previous_state: str | None
    state: str
    cause: str
    at: datetime
    user_id: int | None
    exit_code: int | None
    silence_s: float | None


class StopRequestRow(msgspec.Struct, frozen=True):
    """Who has asked a run to stop."""

    run_id: UUID
    user_id: int | None


class EventNumberRow(msgspec.Struct, frozen=True):
    """A number of an event of a run; null: it has none."""

    number: int | None


class EventCountRow(msgspec.Struct, frozen=True):
    """How many events."""

    count: int


class WasStartedRow(msgspec.Struct, frozen=True):
    """Whether a process began a run."""

    was_started: bool


class LongLogRow(msgspec.Struct, frozen=True):
    """A run with more events than are kept: its first one, and the first that stays."""

    run_id: UUID
    first_number: int
    kept_from: int


_FILE = QueryFile("events/events.sql")

WRITE_RUN_EVENTS: Final = _FILE.command("write_run_events")
WRITE_EVENT: Final = _FILE.command("write_event")
SELECT_RUN_EVENTS_PAGE: Final = _FILE.query("select_run_events_page", EventRow)
SELECT_EVENTS_PAGE: Final = _FILE.query("select_events_page", EventRow)
SELECT_EVENT_HORIZON: Final = _FILE.query("select_event_horizon", EventHorizonRow)
SELECT_STATE_CHANGES_PAGE: Final = _FILE.query("select_state_changes_page", StateChangeRow)
COUNT_STATE_CHANGES: Final = _FILE.query("count_state_changes", EventCountRow)
SELECT_STOP_REQUESTS: Final = _FILE.query("select_stop_requests", StopRequestRow)
SELECT_WAS_STARTED: Final = _FILE.query("select_was_started", WasStartedRow)
SELECT_FIRST_EVENT_NUMBER: Final = _FILE.query("select_first_event_number", EventNumberRow)
SELECT_LONG_LOGS: Final = _FILE.query("select_long_logs", LongLogRow)
DELETE_RUN_EVENTS: Final = _FILE.query("delete_run_events", EventPlaceRow)
DELETE_EVENTS: Final = _FILE.query("delete_events", EventPlaceRow)
MOVE_EVENT_HORIZON: Final = _FILE.command("move_event_horizon")
