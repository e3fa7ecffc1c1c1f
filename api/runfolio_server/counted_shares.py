"""How much of something limited is in use, in sum and by each who uses it. Knows nothing.

Used by serve/door.py for connections and unread bytes.
"""

from __future__ import annotations

from collections.abc import Hashable


class CountedShares:
    """At most `most` in sum, and at most `share` of it for each key; what has the key None counts in sum only.

    A key is remembered while something of its is in use, so the state is as large as what it counts.
    """

    def __init__(self, most: int, share: int) -> None:
        self.most = most
        self.share = share
        self.used = 0
        self._by_key: dict[Hashable, int] = {}

    def used_by(self, key: Hashable) -> int:
        """What this key has in use."""
        return self._by_key.get(key, 0)

    def take(self, key: Hashable | None, amount: int) -> bool:
        """Whether there was so much left for this key; if so it is in use now."""
        if self.used + amount > self.most:
            return False
        if key is not None:
            of_key = self._by_key.get(key, 0) + amount
            if of_key > self.share:
                return False
            self._by_key[key] = of_key
        self.used += amount
        return True

    def give_back(self, key: Hashable | None, amount: int) -> None:
        """No longer in use."""
        self.used -= amount
        if key is not None:
            left = self._by_key[key] - amount
            if left:
                self._by_key[key] = left
            else:
                del self._by_key[key]
