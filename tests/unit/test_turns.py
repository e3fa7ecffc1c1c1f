"""Turns at the connections of a pool: shares are kept, who waits is served in rotation, and nobody waits in vain."""

from __future__ import annotations

import asyncio
import gc
import random
from collections import Counter
from collections.abc import Callable

import pytest

from runfolio_server.errors import TooManyRequests, Unavailable
from runfolio_server.sql.slow_readers import BUSY_S_MAX
from runfolio_server.sql.turns import WAITING_MAX, Asker, Purpose, Shares, Turns

pytestmark = pytest.mark.anyio

LONG_S = 60.0
SHORT_S = 0.02


def asker(turns: Turns, user: object, key: object = "key", purpose: Purpose = Purpose.READ) -> Asker:
    return Asker(turns, user, key, purpose)


async def settle() -> None:
    """Let every task come as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def took(turns: Turns, *askers: Asker) -> tuple[list[Asker], list[asyncio.Task[None]]]:
    """Ask for a turn for each, in this order; who got one is put into the list, as soon as they do."""
    order: list[Asker] = []

    async def take(one: Asker) -> None:
        await one.take()
        order.append(one)

    tasks = [asyncio.create_task(take(one)) for one in askers]
    await settle()
    return order, tasks


async def end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize(
    ("size", "reading", "writing"),
    [
        (1, Shares(1, 1, 1), Shares(1, 1, 1)),
        (2, Shares(1, 1, 1), Shares(2, 1, 1)),
        (5, Shares(4, 2, 1), Shares(5, 2, 1)),
        (10, Shares(8, 4, 3), Shares(10, 4, 3)),
        (100, Shares(80, 40, 30), Shares(100, 40, 30)),
    ],
)
def test_shares_grow_with_the_pool(size: int, reading: Shares, writing: Shares) -> None:
    assert (reading, writing) == (Shares.of(Purpose.READ, size), Shares.of(Purpose.WRITE, size))


async def test_one_key_one_user_and_all_readers_have_at_most_their_shares() -> None:
    turns = Turns(10, LONG_S)
    askers = [asker(turns, user, key) for user in ("a", "b", "c") for key in (1, 2) for _ in range(5)]

    order, tasks = await took(turns, *askers)
    held = Counter((one.user, one.key) for one in order)
    by_users = Counter(one.user for one in order)
    writing, more = await took(turns, *(asker(turns, "a", 1, Purpose.WRITE) for _ in range(5)))

    assert {("a", 1): 3, ("a", 2): 1, ("b", 1): 3, ("b", 2): 1} == held
    assert {"a": 4, "b": 4} == by_users
    assert 2 == len(writing), "what nobody reads with is left for writing"
    await end([*tasks, *more])


async def test_who_waits_is_served_in_rotation_of_users_then_keys_then_requests() -> None:
    turns = Turns(1, LONG_S)
    holder = turns.of_server()
    await holder.take()
    greedy = [asker(turns, "a", key) for key in (1, 1, 1, 2)]
    late = [asker(turns, "b"), asker(turns, "c"), asker(turns, "b")]

    order, tasks = await took(turns, *greedy, *late)
    assert [] == order
    for number in range(len(tasks)):
        (order[-1] if order else holder).give_back()
        await settle()
        assert number + 1 == len(order)

    assert [("a", 1), ("b", "key"), ("c", "key"), ("a", 2), ("b", "key"), ("a", 1), ("a", 1)] == [
        (one.user, one.key) for one in order
    ]
    await end(tasks)


async def test_parts_of_one_request_count_as_one_in_the_rotation_and_come_in_their_order() -> None:
    turns = Turns(1, LONG_S)
    holder = turns.of_server()
    await holder.take()
    large, small = asker(turns, "a"), asker(turns, "a")

    order, tasks = await took(turns, *[large] * 5, small)
    for _ in tasks:
        (order[-1] if order else holder).give_back()
        await settle()

    assert [large, small, large, large, large, large] == order
    await end(tasks)


async def test_a_request_waits_for_its_first_turn_only_so_long_and_for_others_as_long_as_it_takes() -> None:
    turns = Turns(1, SHORT_S)
    begun, other = asker(turns, "a"), asker(turns, "b")
    await begun.take()
    order, tasks = await took(turns, begun)

    with pytest.raises(Unavailable, match="in use for too long") as told:
        await other.take()
    assert [] == order
    begun.give_back()
    await settle()

    assert [begun] == order
    assert 503 == told.value.status
    await end(tasks)


async def test_parts_that_began_to_wait_before_the_first_turn_came_wait_on_after_it() -> None:
    turns = Turns(1, SHORT_S)
    holder = turns.of_server()
    await holder.take()
    request = asker(turns, "a")
    order, tasks = await took(turns, request, request, request)

    holder.give_back()
    await asyncio.sleep(3 * SHORT_S)
    for _ in range(2):
        request.give_back()
        await settle()

    assert [request] * 3 == order
    await end(tasks)


async def test_who_waits_for_their_own_requests_is_told_so_with_429() -> None:
    turns = Turns(10, SHORT_S)
    order, tasks = await took(turns, *(asker(turns, "a") for _ in range(3)))

    with pytest.raises(TooManyRequests, match="3 for a key and 4 for a user, for reading") as told:
        await asker(turns, "a").take()

    assert 3 == len(order)
    assert (429, "TOO_MANY_REQUESTS") == (told.value.status, told.value.code)
    await end(tasks)


async def test_whose_filters_keep_the_database_busy_reads_one_at_a_time_and_writes_and_others_read_as_before() -> None:
    turns = Turns(10, SHORT_S)
    turns.slow_readers.add("a", BUSY_S_MAX + 1)

    order, tasks = await took(turns, *(asker(turns, user, key) for user in ("a", "b") for key in (1, 2, 3, 4)))
    writing, more = await took(turns, *(asker(turns, "a", key, Purpose.WRITE) for key in (1, 2, 3, 4)))
    with pytest.raises(TooManyRequests, match="1 for a user, for reading, because your filters have kept the database"):
        await asker(turns, "a").take()

    assert {"a": 1, "b": 4} == Counter(one.user for one in order)
    assert 4 == len(writing)
    await end([*tasks, *more])


async def test_beyond_so_many_requests_that_wait_a_user_gets_429_at_once_and_others_wait() -> None:
    turns = Turns(1, LONG_S)
    holder = turns.of_server()
    await holder.take()
    _, tasks = await took(turns, *(asker(turns, "a", number) for number in range(WAITING_MAX)))

    with pytest.raises(TooManyRequests, match=f"{WAITING_MAX} of your requests wait already"):
        await asker(turns, "a").take()
    order, more = await took(turns, asker(turns, "b"))
    holder.give_back()
    await settle()
    first = [task for task in tasks if task.done()]

    assert [] == order
    assert 1 == len(first)
    _, again = await took(turns, asker(turns, "a"))
    assert not any(task.done() for task in again), "one of them has begun, so that there is room for one more"
    await end([*tasks, *more, *again])


async def test_whatever_comes_in_between_shares_are_kept_and_nothing_is_left_over() -> None:
    chance = random.Random(7)
    turns = Turns(6, LONG_S)
    held: Counter[object] = Counter()
    served: Counter[object] = Counter()

    def count(one: Asker, number: int) -> None:
        for name in ("pool", one.purpose, (one.purpose, one.user), (one.purpose, one.user, one.key)):
            held[name] += number
            shares = Shares.of(one.purpose, 6)
            most = {0: 6, 1: shares.all, 2: shares.user, 3: shares.key}
            depth = len(name) if isinstance(name, tuple) else int(name != "pool")
            assert held[name] <= most[depth]

    async def part(one: Asker, wait: Callable[[], float]) -> None:
        await one.take()
        count(one, 1)
        try:
            served[one.user] += 1
            await asyncio.sleep(wait())
        finally:
            count(one, -1)
            one.give_back()

    async def request(number: int) -> None:
        one = asker(turns, number % 5, number % 7, chance.choice(list(Purpose)))
        async with asyncio.TaskGroup() as group:
            for _ in range(chance.randrange(1, 5)):
                group.create_task(part(one, lambda: chance.choice((0, 0.001))))

    async def run() -> set[type[BaseException | None]]:
        tasks = [asyncio.create_task(request(number)) for number in range(300)]
        for task in chance.sample(tasks, 100):
            await asyncio.sleep(0)
            task.cancel()
        return {type(ending) for ending in await asyncio.gather(*tasks, return_exceptions=True)}

    endings = await asyncio.create_task(run())
    await asyncio.sleep(0)

    assert {type(None), asyncio.CancelledError} == endings
    assert 5 == len(served)
    root = turns.of_server()._chain[0]
    assert (0, {}) == (root.held, root.waiting)
    groups = list(turns._purposes.values())
    assert [(0, {}), (0, {})] == [(group.held, group.waiting) for group in groups]
    # Nobody has to forget users who are gone. What was cancelled refers to its frames.
    gc.collect()
    assert [0, 0] == [len(group._members or ()) for group in groups]
