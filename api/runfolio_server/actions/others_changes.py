"""What other processes take away is forgotten here too, when their events tell of it. Run by app.py beside requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Never

from runfolio_server.domain.events import EventKind
from runfolio_server.events.follow import follow
from runfolio_server.events.reader import EventSource
from runfolio_server.events.wake_up import POLL_S, EventWakeUp
from runfolio_server.remembered import RememberedAccess
from runfolio_server.sql.events.events import EventRow
from runfolio_server.sql.pool import Database


async def forget_what_others_revoke(
    database: Database, remembered: RememberedAccess, wake_up: EventWakeUp, *, poll_s: float = POLL_S
) -> Never:
    """Forget the keys of whoever has one revoked, and sessions that have ended, in any process of this database.

    It goes on until it is cancelled.
    """

    def told(events: Sequence[EventRow]) -> None:
        for event in events:
            if event.kind in (EventKind.API_KEY_REVOKED, EventKind.USER_CHANGED):
                remembered.clear_viewers_of(event.entity_id)
            elif event.kind == EventKind.SESSION_ENDED:
                remembered.clear_session(event.object_id)
            elif event.kind == EventKind.MEMBERSHIP_CHANGED:
                remembered.clear(user_id=event.object_id.int)
            elif event.kind == EventKind.PROJECT_CHANGED and event.project_id is not None:
                remembered.clear(project_id=event.project_id)

    await follow(database, wake_up, EventSource.OTHERS, told, remembered.clear_all, poll_s=poll_s)
