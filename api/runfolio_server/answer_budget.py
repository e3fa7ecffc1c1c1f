"""What the answer of one request may hold: drawn down while it is made, so that memory ends where the budget does.

Made for each request by endpoints/graphql.py. What is written into the answer is drawn by graph/execution, each time it
is written: a value under three aliases counts three times. Readers of much take what they have read before it is
written. Used on the event loop alone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

import orjson

from runfolio_server.answer_room import LARGE_ANSWER_BYTES, SMALL_ANSWER_BYTES, VALUE_BYTES
from runfolio_server.errors import AnswerTooLarge
from runfolio_server.held_bytes import Room

ANSWER_BYTES_MAX: Final = 64 * 1024 * 1024
"""Of the texts of one answer and the names of its fields. A few such answers at once fit into memory beside the rest,
and none of the pages that SDKs and our client ask for comes near it.
"""
ANSWER_VALUES_MAX: Final = 2_000_000
"""Fields, items of lists and entries of JSON: as many as a document may cost. Each takes some dozens of bytes."""
JSON_BYTES_PER_CHARACTER: Final = 6
"""At most: of a control character, as JSON writes it."""

SizeOfText: TypeAlias = Callable[[str], int]


class Weight(NamedTuple):
    """Bytes of text, and how many values."""

    size: int
    values: int


class WeighedList(list[Any]):
    """A list of JSON values that was weighed when it was made, so that writing it need not look into it."""

    __slots__ = ("weight",)

    def __init__(self, items: Iterable[Any], weight: Weight) -> None:
        super().__init__(items)
        self.weight = weight


class WeighedDict(dict[str, Any]):
    """The same for an object."""

    __slots__ = ("weight",)

    def __init__(self, items: Mapping[str, Any], weight: Weight) -> None:
        super().__init__(items)
        self.weight = weight


WEIGHED: Final = (WeighedList, WeighedDict)


def json_size(text: str) -> int:
    """How many bytes the text has in an answer."""
    try:
        return len(orjson.dumps(text)) - 2
    except TypeError:
        # A lone surrogate.
        return len(json.dumps(text)) - 2


def weigh(value: Any, size_of: SizeOfText = len) -> Weight:
    """What a value weighs with all that is inside it."""
    if isinstance(value, str):
        return Weight(size_of(value), 1)
    if isinstance(value, WEIGHED):
        return value.weight
    size, values = 0, 1
    if isinstance(value, dict):
        size = sum(map(size_of, value))
        inner: Iterable[Any] = value.values()
    elif isinstance(value, list):
        inner = value
    else:
        return Weight(0, 1)
    for item in inner:
        of_item = weigh(item, size_of)
        size += of_item.size
        values += of_item.values
    return Weight(size, values)


@dataclass(slots=True)
class FieldShare:
    """What one field of the document, wherever it is written, has drawn, and what is read for it."""

    budget: AnswerBudget
    name: str
    size: int = 0
    values: int = 0

    def draw(self, size: int, values: int) -> None:
        """Draw what is written. Raises AnswerTooLarge when it is more than there is."""
        self.size += size
        self.values += values
        self.budget.draw(size, values)


@dataclass(slots=True)
class Reading:
    """What a reader holds that is not written yet."""

    share: FieldShare
    size: int = 0
    values: int = 0

    def take(self, size: int, values: int) -> None:
        """Hold so much more. Raises AnswerTooLarge when it cannot be written any more."""
        self.size += size
        self.values += values
        self.share.size += size
        self.share.values += values
        self.share.budget.hold(size, values)

    async def may_go_on(self) -> None:
        """Before something else is read: see AnswerBudget.may_read."""
        await self.share.budget.may_read()

    def take_texts(self, texts: Sequence[str]) -> None:
        """Hold these texts, each one value."""
        self.take(sum(map(len, texts)), len(texts))


class AnswerBudget:
    """The budget of one answer. Once it is spent every draw fails, and the request ends."""

    def __init__(
        self, bytes_max: int = ANSWER_BYTES_MAX, values_max: int = ANSWER_VALUES_MAX, room: Room | None = None
    ) -> None:
        """`room` is what a large answer waits for; None: there is always room."""
        self.bytes_max = bytes_max
        self.values_max = values_max
        self.size = 0
        """Bytes drawn; a character counts as one where it cannot matter."""
        self.values = 0
        self.expected = 0
        """Bytes of all texts that were read to be written some time: as much as memory holds of them, at most."""
        self._held_size = 0
        self._held_values = 0
        self._shares: dict[str, FieldShare] = {}
        self._ending: asyncio.Task[Any] | None = None
        # The message alone: an error that was raised holds all that its callers hold, and they hold the budget.
        self._spent: str | None = None
        self._room = room
        self._growing = asyncio.Lock()
        self.most = 0
        """About how many bytes of memory the answer took at most, together with what was read for it."""

    @property
    def size_of_text(self) -> SizeOfText:
        """What weighs a text: its length while so little is drawn that it cannot matter, then the bytes it becomes."""
        return len if self.size * JSON_BYTES_PER_CHARACTER < self.bytes_max else json_size

    @property
    def bytes_left(self) -> int:
        """How many bytes may be read that are to be written; 0 at least, and never more than before.

        So what was read no further fails in `expect`, whatever is written or given up meanwhile.
        """
        return max(0, self.bytes_max - max(self.size, self.expected))

    def share(self, name: str) -> FieldShare:
        """The share of the field of this path."""
        found = self._shares.get(name)
        if found is None:
            found = self._shares[name] = FieldShare(self, name)
        return found

    def check(self) -> None:
        """Raise AnswerTooLarge when it is spent."""
        if self._spent is not None:
            raise AnswerTooLarge(self._spent)

    async def may_read(self) -> None:
        """Wait until there is room for more in memory, where the answer is large already.

        Raises AnswerTooLarge when the budget is spent, Unavailable when there is no room in time.
        """
        self.check()
        if self._room is None or self._taken <= SMALL_ANSWER_BYTES:
            return
        async with self._growing:
            await self._room.grow(LARGE_ANSWER_BYTES - self._room.amount)
        self.check()

    def draw(self, size: int, values: int) -> None:
        """Draw what is written: see FieldShare.draw, which also remembers for whom."""
        self.size += size
        self.values += values
        self._note_most()
        if self.size > self.bytes_max or self.values > self.values_max or self._spent is not None:
            self._end()

    def hold(self, size: int, values: int) -> None:
        """Count what is read, or with negative numbers is not held any more: see Reading.take."""
        self._held_size += size
        self._held_values += values
        self._note_most()
        if (
            self.size + self._held_size > self.bytes_max
            or self.values + self._held_values > self.values_max
            or self._spent is not None
        ):
            self._end()

    def expect(self, name: str, size: int) -> None:
        """Count texts that a field reads, or is about to, and that stay until others have written what they select.

        Raises AnswerTooLarge when they cannot all be written.
        """
        with self.reading(name) as reading:
            self.expected += size
            reading.take(max(size, self.expected - self.size - self._held_size), 0)

    @contextmanager
    def reading(self, name: str) -> Iterator[Reading]:
        """Count what the field of this path reads until it is written."""
        reading = Reading(self.share(name))
        try:
            yield reading
        finally:
            self._held_size -= reading.size
            self._held_values -= reading.values
            reading.share.size -= reading.size
            reading.share.values -= reading.values

    @asynccontextmanager
    async def ending(self) -> AsyncIterator[None]:
        """What runs inside ends once the budget is spent, whatever it waits for. Raises AnswerTooLarge then."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can be ended")
        cancelled_before = task.cancelling()
        self._ending = task
        is_cancelled = False
        try:
            yield
        except asyncio.CancelledError:
            is_cancelled = True
            if self._spent is None:
                raise
        finally:
            self._ending = None
        if self._spent is None:
            return
        if not is_cancelled:
            # It came to its end before it could be told.
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0)
        if task.uncancel() > cancelled_before:
            # Somebody else wants it to end as well.
            raise asyncio.CancelledError
        raise AnswerTooLarge(self._spent)

    @property
    def _taken(self) -> int:
        texts = max(self.expected, self.size + self._held_size)
        return texts + VALUE_BYTES * (self.values + self._held_values)

    def _note_most(self) -> None:
        self.most = max(self.most, self._taken)

    def _end(self) -> NoReturn:
        if self._spent is None:
            self._spent = self._message()
            if self._ending is not None:
                self._ending.cancel()
        raise AnswerTooLarge(self._spent)

    def _message(self) -> str:
        is_size = self.size + self._held_size > self.bytes_max
        amounts = {share.name: share.size if is_size else share.values for share in self._shares.values()}
        name = max(amounts, key=lambda name: amounts[name], default="")
        bound = f"{self.bytes_max} bytes of text" if is_size else f"{self.values_max} values"
        most = f"most of it is {name[:200]}, with {amounts[name]} so far" if name else "it is one field"
        return (
            f"This answer would have more than {bound}, which is the most that is allowed; {most}. Ask there for a "
            "smaller page, fewer keys, samples or steps, or less at once; whole histories and projects are for "
            "/export/."
        )
