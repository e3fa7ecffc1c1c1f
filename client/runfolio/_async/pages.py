"""Lists that the server gives out in pages, loaded as far as somebody looks. Extended by runs, projects and files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Generic, TypeVar, overload

from anyio import Lock

from runfolio._core.counted import AsyncCounted
from runfolio._core.page import Page

T = TypeVar("T")

PAGE_SIZE_MAX = 1000
# For reading a whole list: few requests, and none that takes long.
BULK_PAGE_SIZE = 500


class AsyncPages(AsyncCounted, Generic[T]):
    """A list in the server's order. What was loaded is kept: going through it again asks nothing.

    `per_page` items come with each request, 1 to 1,000.
    """

    def __init__(self, per_page: int) -> None:
        if not 1 <= per_page <= PAGE_SIZE_MAX:
            raise ValueError(f"per_page is {per_page}; allowed: 1 to {PAGE_SIZE_MAX}")
        self._per_page = per_page
        self._items: list[T] = []
        self._cursor: str | None = None
        self._has_next = True
        self._total: int | None = None
        self._lock = Lock()

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[T]:
        """One page from the server."""
        raise NotImplementedError

    async def total(self) -> int:
        """How many items there are: counted by the server, once, until all of them are here."""
        if self._counts_are_missing():
            async with self._lock:
                if self._counts_are_missing():
                    await self._load(self._per_page, with_total=True)
        return len(self._items) if self._total is None or not self._has_next else self._total

    def _counts_are_missing(self) -> bool:
        return self._has_next and self._total is None

    async def load(self) -> list[T]:
        """All items, in as few requests as is good."""
        while self._has_next:
            await self._reach(len(self._items) + 1, max(self._per_page, BULK_PAGE_SIZE))
        return list(self._items)

    async def __aiter__(self) -> AsyncIterator[T]:
        position = 0
        while await self._reach(position + 1, self._per_page):
            yield self._items[position]
            position += 1

    @overload
    async def __getitem__(self, index: int) -> T: ...
    @overload
    async def __getitem__(self, index: slice) -> list[T]: ...
    async def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            is_bounded = (
                index.stop is not None and index.stop >= 0 and (index.start or 0) >= 0 and (index.step or 1) > 0
            )
            if is_bounded:
                await self._reach(index.stop, self._per_page)
            else:
                await self.load()
            return self._items[index]
        if index < 0:
            await self.load()
        elif not await self._reach(index + 1, self._per_page):
            raise IndexError(f"item {index} of a list of {len(self._items)}")
        return self._items[index]

    async def _reach(self, count: int, size: int) -> bool:
        """Load pages until `count` items are here; whether there are that many."""
        while len(self._items) < count and self._has_next:
            # Two readers at once must not load the same page twice.
            async with self._lock:
                if len(self._items) < count and self._has_next:
                    await self._load(size, with_total=False)
        return len(self._items) >= count

    async def _load(self, size: int, *, with_total: bool) -> None:
        page = await self._fetch(size, self._cursor, with_total=with_total)
        self._items.extend(page.items)
        self._cursor = page.cursor
        self._has_next = page.has_next and page.cursor is not None
        if page.total is not None:
            self._total = page.total

    def _forget(self) -> None:
        """Load everything again when somebody looks: it has changed."""
        self._items = []
        self._cursor = None
        self._has_next = True
        self._total = None

    def __repr__(self) -> str:
        count = f"{len(self._items)} loaded" if self._has_next else str(len(self._items))
        return f"<{type(self).__name__} ({count})>"
