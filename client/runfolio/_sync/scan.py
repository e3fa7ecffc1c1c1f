# Made from _async/scan.py by client/unasync.py; do not edit.
"""Rows that are read once, page by page, and not kept. Extended by history.py and console.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from runfolio._core.page import Page

T = TypeVar("T")

SCAN_PAGE_SIZE_MAX = 10_000


class Scan(Generic[T]):
    """Items in the server's order, from the beginning each time that they are gone through.

    `page_size` items come with each request, 1 to 10,000.
    """

    def __init__(self, page_size: int) -> None:
        if not 1 <= page_size <= SCAN_PAGE_SIZE_MAX:
            raise ValueError(f"page_size is {page_size}; allowed: 1 to {SCAN_PAGE_SIZE_MAX}")
        self.page_size = page_size
        self._own: Iterator[T] | None = None

    def _fetch(self, after: str | None) -> Page[T]:
        """One page from the server."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[T]:
        after = None
        while True:
            page = self._fetch(after)
            for item in page.items:
                yield item
            if not page.has_next or page.cursor is None:
                return
            after = page.cursor

    def __next__(self) -> T:
        if self._own is None:
            self._own = iter(self)
        return next(self._own)
