"""What tells the length of a list whose length the server knows. Base classes of the pages of _async and _sync."""

from __future__ import annotations


class Counted:
    """Gives `len()` to a sync list."""

    def total(self) -> int:
        """How many items there are."""
        raise NotImplementedError

    def __len__(self) -> int:
        return self.total()


class AsyncCounted:
    """Gives nothing: `len()` cannot wait for an answer; `await total()` can."""
