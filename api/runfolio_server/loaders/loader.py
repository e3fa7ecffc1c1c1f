"""Rows by key, each asked for at most once in a request: for one object at a time, or for a whole list in one call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from strawberry.dataloader import DataLoader

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


class Loader(Generic[K, R]):
    """Remembers what it has loaded, and what failed to load: asking again then fails the same way at once."""

    def __init__(self, fetch: Callable[[list[K]], Awaitable[Sequence[R | BaseException]]]) -> None:
        """`fetch` answers one row per key, in their order, or what that key failed with; it never gets a key twice."""
        self._fetch = fetch
        self._known: dict[K, R | BaseException] = {}
        self._one_by_one: DataLoader[K, R] = DataLoader(load_fn=self._rows)

    async def load(self, key: K) -> R:
        """The row of a key; calls from resolvers that run side by side become one `fetch`."""
        if key in self._known:
            return _row(self._known[key])
        return await self._one_by_one.load(key)

    async def load_many(self, keys: Sequence[K]) -> list[R]:
        """One row per key, in their order; a key may repeat."""
        if len(keys) == 1:
            return [await self.load(keys[0])]
        return [_row(found) for found in await self._rows(keys)]

    def prime(self, key: K, row: R) -> None:
        """Take a row that was found on another way: it need not be loaded."""
        self._known[key] = row

    def clear(self) -> None:
        """Let go of what was loaded: at the end of the request, because the parts of a loader hold each other."""
        self._known.clear()
        self._one_by_one.clear_all()
        self._one_by_one.batch = None

    async def _rows(self, keys: Sequence[K]) -> list[R | BaseException]:
        known = self._known
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        if missing:
            try:
                known.update(zip(missing, await self._fetch(missing), strict=True))
            except Exception as error:
                known.update(dict.fromkeys(missing, error))
                raise
        return [known[key] for key in keys]


def _row(found: R | BaseException) -> R:
    if isinstance(found, BaseException):
        raise found
    return found
