"""Room for bytes: bounded in sum and by caller, given in turn, and always given back."""

from __future__ import annotations

import asyncio

import pytest

from runfolio_server.errors import Unavailable
from runfolio_server.held_bytes import AT_ONCE_BYTES, HeldBytes, Room

MOST, SHARE = 100 * AT_ONCE_BYTES, 50 * AT_ONCE_BYTES
LARGE = 40 * AT_ONCE_BYTES


def begin(held: HeldBytes, key: str, amount: int = LARGE) -> asyncio.Task[Room]:
    return asyncio.create_task(held.take(key, amount))


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_caller_has_a_share_and_others_the_rest() -> None:
    held = HeldBytes(MOST, SHARE, wait_s=0.01)
    await held.take("ann", LARGE)

    with pytest.raises(Unavailable):
        await held.take("ann", LARGE)
    await held.take("bob", LARGE)

    assert (2 * LARGE, 0) == (held.used, held.waiting)


async def test_who_waits_gets_room_when_others_give_it_back_and_in_turn() -> None:
    held = HeldBytes(MOST, SHARE)
    ann, bob = await held.take("ann", LARGE), await held.take("bob", LARGE)
    first, second = begin(held, "cid"), begin(held, "dan")
    await settle()
    assert not first.done()

    ann.shrink(0)
    await settle()
    assert (True, False) == (first.done(), second.done())
    bob.shrink(0)
    await settle()

    assert second.done()
    assert 2 * LARGE == held.used


async def test_who_is_over_a_share_keeps_nobody_waiting() -> None:
    held = HeldBytes(MOST, SHARE)
    ann = await held.take("ann", LARGE)
    more = begin(held, "ann")
    await settle()

    bob = await held.take("bob", LARGE)
    ann.shrink(0)

    assert LARGE == (await more).amount == bob.amount


async def test_little_does_not_wait_behind_much() -> None:
    held = HeldBytes(MOST, SHARE)
    for key in ("ann", "bob"):
        await held.take(key, LARGE)
    waiting = begin(held, "cid")
    await settle()

    small = await held.take("dan", AT_ONCE_BYTES)

    assert (AT_ONCE_BYTES, 1) == (small.amount, held.waiting)
    waiting.cancel()
    await settle()
    assert 0 == held.waiting


async def test_whoever_hangs_up_while_waiting_or_just_then_leaves_nothing() -> None:
    held = HeldBytes(MOST, SHARE)
    ann, _ = await held.take("ann", LARGE), await held.take("bob", LARGE)
    waiting, granted = begin(held, "cid"), begin(held, "dan")
    await settle()
    waiting.cancel()
    await settle()

    ann.shrink(0)
    granted.cancel()
    await settle()

    assert (LARGE, 0) == (held.used, held.waiting)


async def test_a_room_grows_to_a_share_and_shrinks() -> None:
    held = HeldBytes(MOST, SHARE)
    room = await held.take("ann", 10)
    await room.grow(2 * MOST)
    assert SHARE == room.amount == held.used

    room.shrink(7)
    assert 7 == held.used
    room.shrink(100)
    room.shrink(0)

    assert 0 == room.amount == held.used
