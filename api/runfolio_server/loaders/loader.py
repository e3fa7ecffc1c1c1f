"""Rows by key, each asked for at most once in a request: for one object at a time, or for a whole list in one call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from strawberry.dataloader import DataLoader

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


class Loader(Generic[K, R]):
    """Remembers what it has loaded, and what failed to load: asking again then fails the same way at once."""

    def __init__(self, fetch: Callable[[list[K]], Awaitable[Sequence[R | BaseException]]]) -> None:
        """`fetch` answers one row per key, in their order, or what that key failed with; it never gets a key twice."""
        self._fetch = fetch
        self._known: dict[K, R] = {}
        self._failed: dict[K, BaseException] = {}
        self._one_by_one: DataLoader[K, R] = DataLoader(load_fn=self._rows_and_errors)

    async def load(self, key: K) -> R:
        """The row of a key; calls from resolvers that run side by side become one `fetch`."""
        if key in self._known or key in self._failed:
            return self._rows([key])[0]
        return await self._one_by_one.load(key)

    async def load_many(self, keys: Sequence[K]) -> list[R]:
        """One row per key, in their order; a key may repeat."""
        if len(keys) == 1:
            return [await self.load(keys[0])]
        await self._load_missing(keys)
        return self._rows(keys)

    def prime(self, key: K, row: R) -> None:
        """Take a row that was found on another way: it need not be loaded."""
        self._failed.pop(key, None)
        self._known[key] = row

    def clear(self) -> None:
        """Let go of what was loaded: at the end of the request, because the parts of a loader hold each other."""
        self._known.clear()
        self._failed.clear()
        self._one_by_one.clear_all()
        self._one_by_one.batch = None

    def _rows(self, keys: Sequence[K]) -> list[R]:
        """The rows of keys that were loaded; raises what the first of them failed with."""
        if self._failed:
            for key in keys:
                if key in self._failed:
                    raise self._failed[key]
        known = self._known
        return [known[key] for key in keys]

    async def _rows_and_errors(self, keys: list[K]) -> list[R | BaseException]:
        await self._load_missing(keys)
        return [self._failed[key] if key in self._failed else self._known[key] for key in keys]

    async def _load_missing(self, keys: Sequence[K]) -> None:
        known, failed = self._known, self._failed
        missing = [key for key in dict.fromkeys(keys) if key not in known and key not in failed]
        if not missing:
            return
        try:
            rows = await self._fetch(missing)
        except Exception as error:
            failed.update(dict.fromkeys(missing, error))
            raise
        for key, row in zip(missing, rows, strict=True):
            if isinstance(row, BaseException):
                failed[key] = row
            else:
                known[key] = row


def one_by_key(load: Callable[[list[K]], Awaitable[Iterable[R]]], key_of: Callable[[R], K]) -> Loader[K, R | None]:
    """A loader of the one row of each key, from rows in any order; None where there is none."""

    async def load_in_key_order(keys: list[K]) -> Sequence[R | None]:
        found = {key_of(row): row for row in await load(keys)}
        return [found.get(key) for key in keys]

    return Loader(load_in_key_order)


def many_by_key(load: Callable[[list[K]], Awaitable[Iterable[R]]], key_of: Callable[[R], K]) -> Loader[K, list[R]]:
    """A loader of all rows of each key, in the order in which they come."""

    async def load_in_key_order(keys: list[K]) -> Sequence[list[R]]:
        found: dict[K, list[R]] = {key: [] for key in keys}
        for row in await load(keys):
            found[key_of(row)].append(row)
        return [found[key] for key in keys]

    return Loader(load_in_key_order)
