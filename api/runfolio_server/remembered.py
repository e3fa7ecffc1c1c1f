"""What was looked up a moment ago, kept for seconds: whom a key belongs to, and where somebody may log.

A request is spared a look-up by it, and whatever is taken away from somebody still stops working soon.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from uuid import UUID

from runfolio_server.domain.browser_session import KnownSession
from runfolio_server.domain.viewer import Viewer

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

ACCESS_REMEMBERED_S: Final = 5.0
"""How long what was taken away may still work, and how often a busy client asks the database."""
REMEMBERED_MAX: Final = 10_000


class Remembered(Generic[K, V]):
    """Values by key, each for so many seconds, and the newest `most` of them."""

    def __init__(self, seconds: float, most: int = REMEMBERED_MAX) -> None:
        self._seconds = seconds
        self._most = most
        # The oldest first.
        self._kept: dict[K, tuple[float, V]] = {}

    def get(self, key: K) -> V | None:
        """The value; None when there is none, or none that is new enough."""
        found = self._kept.get(key)
        return found[1] if found is not None and found[0] > time.monotonic() else None

    def put(self, key: K, value: V) -> None:
        """Keep a value that has just been looked up."""
        self._kept.pop(key, None)
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (time.monotonic() + self._seconds, value)

    def forget(self, key: K) -> None:
        """Drop the value of this key, if there is one."""
        self._kept.pop(key, None)

    def clear(self, is_meant: Callable[[K, V], bool]) -> None:
        """Drop what this is true of."""
        self._kept = {key: kept for key, kept in self._kept.items() if not is_meant(key, kept[1])}


@dataclass(frozen=True, slots=True)
class LoggedProject:
    """A project that somebody logs to; `to_all_runs`: to those of others too, by what they are in its entity."""

    project_id: int
    to_all_runs: bool


class RememberedAccess:
    """What one process remembers of who may do what. Whatever changes that calls `clear`.

    Other processes learn of a change by its event (actions/others_changes.py), and at the latest when their seconds are
    over; so does this one of a change that comes between a look-up and its `put`.
    """

    def __init__(self, seconds: float = ACCESS_REMEMBERED_S) -> None:
        self.viewers: Remembered[bytes, Viewer] = Remembered(seconds)
        """By hash of the API key."""
        self.sessions: Remembered[bytes, KnownSession] = Remembered(seconds)
        """Of browsers, by hash of the token."""
        self.viewers_of_ids: Remembered[UUID, Viewer] = Remembered(seconds)
        """The same by id of the API key, for signed URLs."""
        self.projects: Remembered[tuple[int, tuple[int, ...], str, str], LoggedProject] = Remembered(seconds)
        """The projects that a user may log to, by user id, what the viewer may log to (so that what was found for a
        role that they had is found no more), entity name and project name."""

    def clear(self, *, user_id: int | None = None, project_id: int | None = None) -> None:
        """Forget what is known of this user, and of this project."""
        self._clear_viewers(lambda viewer: viewer.user_id == user_id)
        self.projects.clear(lambda key, found: key[0] == user_id or found.project_id == project_id)

    def clear_viewers_of(self, entity_id: int) -> None:
        """Forget the keys of the user whose personal entity this is, and of whoever is something in it."""
        self._clear_viewers(lambda viewer: viewer.entity_id == entity_id or entity_id in viewer.team_roles)

    def clear_session(self, session_id: UUID) -> None:
        """Forget this session of a browser."""
        self.sessions.clear(lambda _, session: session.session_id == session_id)

    def clear_all(self) -> None:
        """Forget everything: what has changed is not known."""
        self._clear_viewers(lambda _: True)
        self.sessions.clear(lambda *_: True)
        self.projects.clear(lambda *_: True)

    def _clear_viewers(self, is_meant: Callable[[Viewer], bool]) -> None:
        self.viewers.clear(lambda _, viewer: is_meant(viewer))
        self.viewers_of_ids.clear(lambda _, viewer: is_meant(viewer))
