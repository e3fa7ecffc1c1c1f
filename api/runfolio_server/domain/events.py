"""What the outbox tells of: one kind for each change that somebody may wait for. Used by events/ and by actions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class EventKind(StrEnum):
    """Which change an event tells of; the values stand in the database."""

    RUN_MADE = "run_made"
    RUN_STATE_CHANGED = "run_state_changed"
    RUN_STOP_REQUESTED = "run_stop_requested"
    RUN_ALERTED = "run_alerted"
    RUN_DELETED = "run_deleted"
    RUN_COPIED = "run_copied"
    RUN_UNDELETED = "run_undeleted"
    RUN_PURGED = "run_purged"
    PROJECT_CHANGED = "project_changed"
    API_KEY_MADE = "api_key_made"
    API_KEY_REVOKED = "api_key_revoked"
    SESSION_STARTED = "session_started"
    SESSION_ENDED = "session_ended"
    USER_CHANGED = "user_changed"
    MEMBERSHIP_CHANGED = "membership_changed"
    INVITE_CHANGED = "invite_changed"


# The README has this table too, and a test compares them.
MEANINGS: Final[Mapping[EventKind, str]] = {
    EventKind.RUN_MADE: "A run was made; `to` is its first state.",
    EventKind.RUN_STATE_CHANGED: "A run went from the state `from` to the state `to`; `cause` says why.",
    EventKind.RUN_STOP_REQUESTED: "Somebody asked a run to stop.",
    EventKind.RUN_ALERTED: "A run raised the alert of this number.",
    EventKind.RUN_DELETED: "A run was deleted.",
    EventKind.RUN_COPIED: "A run was made as a copy of another, or was moved here.",
    EventKind.RUN_UNDELETED: "A deleted run came back.",
    EventKind.RUN_PURGED: "What a deleted run had was freed.",
    EventKind.PROJECT_CHANGED: "A project was renamed, deleted, restored, shown to others, or lost a name to another.",
    EventKind.API_KEY_MADE: "An API key was made; the entity is its owner's.",
    EventKind.API_KEY_REVOKED: "An API key was revoked; the entity is its owner's.",
    EventKind.SESSION_STARTED: "A browser was signed in; the entity is the user's.",
    EventKind.SESSION_ENDED: "A browser was signed out, or its session revoked; the entity is the user's.",
    EventKind.USER_CHANGED: "An account was made, changed, deactivated or activated; the object is the user's number.",
    EventKind.MEMBERSHIP_CHANGED: "Somebody came into a team, got another role or left it; the object is their number.",
    EventKind.INVITE_CHANGED: "Somebody was invited to a team, or an invite was accepted or revoked.",
}
