"""Requests of keys are counted: over processes, by the minute, without one key paying for another."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

import pytest

from runfolio_server.key_requests import SETS, SLOT_BYTES, WINDOW_S, KeyRequests
from runfolio_server.process_numbers import new_page
from tests.called import Called

KEY, OTHER = (hashlib.sha256(name).digest() for name in (b"one", b"another"))


class Clock:
    """A time that only moves when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def page() -> Iterator[int]:
    descriptor = new_page(4, SLOT_BYTES)
    yield descriptor
    os.close(descriptor)


def taken(requests: KeyRequests, key: bytes, times: int) -> list[int | None]:
    """What remained after each of so many requests, None where one was refused."""
    uses = [requests.take(key) for _ in range(times)]
    return [use.remaining if use is not None and use.is_allowed else None for use in uses]


def test_a_key_has_so_many_requests_and_another_one_has_its_own() -> None:
    requests = KeyRequests(3, clock=Clock())

    assert [2, 1, 0, None, None] == taken(requests, KEY, 5)
    assert [2, 1] == taken(requests, OTHER, 2)


def test_the_next_minute_of_the_key_begins_when_it_was_told() -> None:
    clock = Clock()
    requests = KeyRequests(1, clock=clock)
    taken(requests, KEY, 1)
    refused = requests.take(KEY)

    assert refused is not None
    assert (False, 1, 0) == (refused.is_allowed, refused.limit, refused.remaining)
    assert 0 < refused.reset_s <= WINDOW_S
    clock.now += refused.reset_s - 0.001
    assert [None] == taken(requests, KEY, 1)
    clock.now += 0.002
    assert [0] == taken(requests, KEY, 1)


def test_processes_count_together(page: int) -> None:
    clock = Clock()
    one, another = (KeyRequests(5, page, slot, clock) for slot in (0, 3))

    assert [4, 3] == taken(one, KEY, 2)
    assert [2, 1, 0, None] == taken(another, KEY, 4)
    assert [None] == taken(one, KEY, 1)


def test_a_process_that_takes_the_place_of_another_goes_on_with_its_counts(page: int) -> None:
    clock = Clock()
    taken(KeyRequests(3, page, 1, clock), KEY, 2)

    assert [0, None] == taken(KeyRequests(3, page, 1, clock), KEY, 2)


def test_more_keys_than_there_is_room_for_are_never_refused_for_each_other() -> None:
    requests = KeyRequests(2, clock=Clock())
    # All of one set.
    keys = [(WINDOW_S * SETS * number).to_bytes(8, "big") for number in range(1, 30)]

    for _ in range(2):
        for key in keys:
            use = requests.take(key)
            assert use is not None
            assert use.is_allowed


def test_what_others_have_left_of_former_minutes_makes_room() -> None:
    clock = Clock()
    requests = KeyRequests(2, clock=clock)
    keys = [(WINDOW_S * SETS * number).to_bytes(8, "big") for number in range(1, 9)]
    taken(requests, keys[0], 2)
    clock.now += 2 * WINDOW_S

    assert [[1, 0, None]] * 4 == [taken(requests, key, 3) for key in keys[4:]]


def test_a_limit_of_nothing_counts_nothing() -> None:
    assert KeyRequests(0).take(KEY) is None


def test_counting_calls_little_and_does_not_grow_with_what_was_counted(page: int) -> None:
    requests = KeyRequests(100_000, page, 0, Clock())
    taken(requests, KEY, 1)
    first = Called(lambda: requests.take(KEY)).counts.total()
    for number in range(500):
        requests.take(hashlib.sha256(str(number).encode()).digest())

    assert first == Called(lambda: requests.take(KEY)).counts.total()
    # A look at each of the four slots, and one write.
    assert first < 15
