"""Whose turn it is to have a connection: shares of the pool for users and their keys, and a queue that is fair to them.

Used by pool.py. Turns are those of one process; each process of an installation shares out its own connections.
Who waits stands in a tree: the pool, reading and writing, users, keys, requests. A turn goes down the tree, at each
level to the one that has waited longest since its last turn and is below its share; within a request, in order.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from enum import Enum
from typing import Final
from weakref import WeakValueDictionary

from runfolio_server.errors import TooManyRequests, Unavailable
from runfolio_server.sql.slow_lane import SlowLane
from runfolio_server.sql.slow_readers import SlowReaders

KEY_SHARE: Final = 30
"""Percent of the pool, for reading and for writing each: another key of the same user always finds a connection."""
USER_SHARE: Final = 40
"""Percent, likewise: two users who use all of it do not use up the pool, whatever they do both."""
READERS_SHARE: Final = 80
"""Percent: what is read may be slow by its caller's choice, so a fifth is never used for it."""
SLOW_SHARE: Final = 1
"""Connections for reading of a user whose filters have kept the database busy lately (slow_readers.py)."""
WAITING_MAX: Final = 200
"""Requests of one user that wait to begin: each holds its body. SDKs and our clients send one at a time per run."""

OTHERS_S: Final = 2.0
"""Since another user's last request: as long as nobody else asks, a slow reader harms nobody."""

ALL_IN_USE: Final = "Every connection to the database was in use for too long; try again."


class Purpose(Enum):
    """What a connection is for. A user has a share for each: what somebody reads holds up none of their runs."""

    READ = "reading"
    WRITE = "writing"
    """Batches and changes, and what must come before them: to sign in."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How many connections at once: for this purpose in all, for one user, and for one key of theirs."""

    all: int
    user: int
    key: int

    @classmethod
    def of(cls, purpose: Purpose, size: int) -> Shares:
        """The shares of a pool.

        >>> Shares.of(Purpose.READ, 10), Shares.of(Purpose.WRITE, 10)
        (Shares(all=8, user=4, key=3), Shares(all=10, user=4, key=3))
        """
        most = _part(size, READERS_SHARE) if purpose is Purpose.READ else size
        return cls(most, _part(size, USER_SHARE), _part(size, KEY_SHARE))


class Group:
    """Some who share connections: at most `limit` of them at once, in rotation."""

    __slots__ = ("__weakref__", "_members", "beginning", "held", "limit", "parent", "waiting")

    def __init__(self, parent: Group | None, limit: int) -> None:
        self.parent = parent
        self.limit = limit
        self.held = 0
        self.beginning = 0
        """Requests that wait for their first connection."""
        # Those of whom somebody waits, the next one first.
        self.waiting: dict[Group | Asker, None] = {}
        # Kept by the requests there are: nobody has to forget users who are gone.
        self._members: WeakValueDictionary[Hashable, Group] | None = None

    def member(self, name: Hashable, limit: int) -> Group:
        """The group of this name within this one."""
        if self._members is None:
            self._members = WeakValueDictionary()
        found = self._members.get(name)
        if found is None:
            found = self._members[name] = Group(self, limit)
        return found

    def next_asker(self) -> Asker | None:
        """Who gets the next connection, if anybody who waits may have one; behind the others from then on."""
        if self.held >= self.limit:
            return None
        for member in self.waiting:
            found = member.next_asker()
            if found is not None:
                del self.waiting[member]
                self.waiting[member] = None
                return found
        return None


class Turns:
    """The turns of one pool."""

    def __init__(self, size: int, wait_s: float, shared_file: int | None = None) -> None:
        """`shared_file`: see SlowLane."""
        self.wait_s = wait_s
        self._pool = Group(None, size)
        self._shares = {purpose: Shares.of(purpose, size) for purpose in Purpose}
        self._purposes = {purpose: Group(self._pool, shares.all) for purpose, shares in self._shares.items()}
        self.slow_readers = SlowReaders(time.monotonic)
        self.slow_lane = SlowLane(shared_file, wait_s, time.monotonic)
        # The last two users who asked, and when.
        self._asked: dict[Hashable, float] = {}

    def chain(self, purpose: Purpose, user: Hashable, key: Hashable) -> tuple[Group, ...]:
        """The groups to which a request belongs, the smallest first."""
        if user is not None:
            self._asked.pop(user, None)
            self._asked[user] = time.monotonic()
            if len(self._asked) > 2:
                del self._asked[next(iter(self._asked))]
        shares, group = self._shares[purpose], self._purposes[purpose]
        of_user = group.member(user, shares.user)
        if purpose is Purpose.READ:
            # Known anew with each request: the group is that of all of this user's requests.
            of_user.limit = SLOW_SHARE if self.slow_readers.is_slow(user) else shares.user
        return of_user.member(key, shares.key), of_user, group, self._pool

    def is_in_the_way(self, user: Hashable) -> bool:
        """Whether this user is a slow reader while others ask."""
        if not self.slow_readers.is_slow(user):
            return False
        since = time.monotonic() - OTHERS_S
        return any(at > since for other, at in self._asked.items() if other != user)

    def of_server(self) -> Asker:
        """Asks for the server itself: bounded by nothing but the pool."""
        return Asker(self, None, None, Purpose.WRITE, (self._pool,))

    def hand_on(self) -> None:
        """Give what is free to those whose turn it is."""
        while (asker := self._pool.next_asker()) is not None:
            asker.begin_turn()


class Asker:
    """One request, which takes turns: the first within `wait_s`, the others whenever it can be.

    `user` is None for callers who are not known. `purpose` may change until the first turn is asked for.
    """

    __slots__ = ("_chain", "_futures", "_has_begun", "_timer", "_turns", "key", "purpose", "user")

    def __init__(
        self, turns: Turns, user: Hashable, key: Hashable, purpose: Purpose, chain: tuple[Group, ...] = ()
    ) -> None:
        self._turns = turns
        self._chain = chain
        self._futures: deque[asyncio.Future[None]] = deque()
        self._has_begun = False
        self._timer: asyncio.TimerHandle | None = None
        self.user = user
        self.key = key
        self.purpose = purpose

    async def take(self) -> None:
        """Wait for a turn; `give_back` ends it.

        Raises TooManyRequests when the user's other requests are why none comes in time, or too many wait already, and
        Unavailable when others are. A request that has had a turn waits for further ones until they come.
        """
        chain = self._chain = self._chain or self._turns.chain(self.purpose, self.user, self.key)
        for group in chain:
            if group.held >= group.limit:
                break
        else:
            for group in chain:
                group.held += 1
            self._has_begun = True
            return
        if self._timer is None and not self._has_begun:
            self._wait_to_begin()
        future = asyncio.get_running_loop().create_future()
        self._futures.append(future)
        for member, group in zip(self._members(), chain, strict=True):
            group.waiting.setdefault(member)
        try:
            await future
        except asyncio.CancelledError:
            if future.cancelled():
                self._withdraw(future)
            elif future.exception() is None:
                # The turn came in the same moment.
                self.give_back()
            raise

    @asynccontextmanager
    async def shaped(self) -> AsyncIterator[None]:
        """Run a statement that the caller's filter shapes: what it takes is counted. Raises TooManyRequests.

        NOTE: a change waits for nobody here, because it may hold rows that others want.
        """
        is_in_the_way = self.purpose is Purpose.READ and self._turns.is_in_the_way(self.user)
        async with self._turns.slow_lane.turn() if is_in_the_way else nullcontext():
            begin = time.monotonic()
            try:
                yield
            finally:
                if self.user is not None:
                    self._turns.slow_readers.add(self.user, time.monotonic() - begin)

    def give_back(self) -> None:
        """End a turn."""
        for group in self._chain:
            group.held -= 1
        self._turns.hand_on()

    def next_asker(self) -> Asker | None:
        """Itself, if somebody still waits."""
        while self._futures and self._futures[0].cancelled():
            self._futures.popleft()
        return self if self._futures else None

    def begin_turn(self) -> None:
        """Let the first that waits go on."""
        for group in self._chain:
            group.held += 1
        self._has_begun = True
        future = self._futures.popleft()
        self._stop_waiting()
        future.set_result(None)

    def _wait_to_begin(self) -> None:
        if self._user_group.beginning >= WAITING_MAX and len(self._chain) > 1:
            raise TooManyRequests(
                f"{WAITING_MAX} of your requests wait already, which is the most; send fewer at once."
            )
        self._user_group.beginning += 1
        self._timer = asyncio.get_running_loop().call_later(self._turns.wait_s, self._give_up)

    def _give_up(self) -> None:
        """Nothing came in time for the first turn."""
        error: Unavailable = Unavailable(ALL_IN_USE)
        key, user = self._chain[0], self._user_group
        if self.user is not None and (key.held >= key.limit or user.held >= user.limit):
            error = TooManyRequests(
                f"Your other requests held their share of connections for too long: {min(key.limit, user.limit)} for a"
                f" key and {user.limit} for a user, for {self.purpose.value}{self._why_slow()}; wait for them, or ask"
                " for less at once."
            )
        futures = list(self._futures)
        self._futures.clear()
        self._stop_waiting()
        for future in futures:
            if not future.done():
                future.set_exception(error)

    def _why_slow(self) -> str:
        if self.purpose is Purpose.READ and self._turns.slow_readers.is_slow(self.user):
            return ", because your filters have kept the database busy lately"
        return ""

    def _withdraw(self, future: asyncio.Future[None]) -> None:
        if future in self._futures:
            self._futures.remove(future)
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        """Leave the places where nobody waits any more."""
        if self._timer is not None and (self._has_begun or not self._futures):
            self._timer.cancel()
            self._timer = None
            self._user_group.beginning -= 1
        if self._futures:
            return
        for member, group in zip(self._members(), self._chain, strict=True):
            group.waiting.pop(member, None)
            if group.waiting:
                return

    def _members(self) -> Iterator[Group | Asker]:
        yield self
        yield from self._chain[:-1]

    @property
    def _user_group(self) -> Group:
        return self._chain[min(1, len(self._chain) - 1)]


def _part(size: int, percent: int) -> int:
    return max(1, size * percent // 100)
