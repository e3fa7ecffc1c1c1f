"""Rows that are read once, page by page, and not kept. Extended by history.py and console.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from runfolio._core.page import Page

T = TypeVar("T")

SCAN_PAGE_SIZE_MAX = 10_000


class AsyncScan(Generic[T]):
    """Items in the server's order, from the beginning each time that they are gone through.

    `page_size` items come with each request, 1 to 10,000.
    """

    def __init__(self, page_size: int) -> None:
        if not 1 <= page_size <= SCAN_PAGE_SIZE_MAX:
            raise ValueError(f"page_size is {page_size}; allowed: 1 to {SCAN_PAGE_SIZE_MAX}")
        self.page_size = page_size
        self._own: AsyncIterator[T] | None = None

    async def _fetch(self, after: str | None) -> Page[T]:
        """One page from the server."""
        raise NotImplementedError

    async def __aiter__(self) -> AsyncIterator[T]:
        after = None
        while True:
            page = await self._fetch(after)
            for item in page.items:
                yield item
            if not page.has_next or page.cursor is None:
                return
            after = page.cursor

    async def __anext__(self) -> T:
        if self._own is None:
            self._own = aiter(self)
        return await anext(self._own)
