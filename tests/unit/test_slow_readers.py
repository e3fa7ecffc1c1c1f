"""What filters took of the database is remembered by user, forgotten with time, and bounded."""

from __future__ import annotations

from runfolio_server.sql.slow_readers import BUSY_S_MAX, KEPT_MAX, OWED_S_MAX, PAID_BACK, SlowReaders


class Clock:
    """Seconds, as the test has them pass."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_who_took_more_than_may_be_is_slow_and_nobody_else() -> None:
    readers = SlowReaders(Clock())

    readers.add("a", BUSY_S_MAX / 2)
    was_slow = readers.is_slow("a")
    readers.add("a", BUSY_S_MAX)

    assert not was_slow
    assert readers.is_slow("a")
    assert not readers.is_slow("b")


def test_it_is_forgotten_by_and_by_and_no_more_than_so_much_is_remembered() -> None:
    clock = Clock()
    readers = SlowReaders(clock)
    readers.add("a", 1_000.0)

    clock.now += (OWED_S_MAX - BUSY_S_MAX) / PAID_BACK - 1
    slow_before = readers.is_slow("a")
    clock.now += 2

    assert slow_before
    assert not readers.is_slow("a")


def test_many_ordinary_filters_make_nobody_slow() -> None:
    clock = Clock()
    readers = SlowReaders(clock)

    for _ in range(10_000):
        readers.add("a", 0.005)
        clock.now += 0.1

    assert not readers.is_slow("a")


def test_users_who_owe_nothing_are_dropped_when_there_are_many() -> None:
    clock = Clock()
    readers = SlowReaders(clock)
    readers.add("slow", OWED_S_MAX)

    for user in range(3 * KEPT_MAX):
        clock.now += 0.001
        readers.add(user, 0.00001)

    assert KEPT_MAX >= len(readers._owed)
    assert readers.is_slow("slow")
