"""One page of a list, whatever it lists. Passed from fetching to _async/pages.py and _async/scan.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Items in order; `cursor` asks for those that follow; `total` counts the whole list where that was asked for."""

    items: Sequence[T]
    has_next: bool
    cursor: str | None
    total: int | None = None
