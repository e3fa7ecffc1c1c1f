"""A loader asks for each key once, and for keys that are wanted together in one call."""

from __future__ import annotations

import asyncio

import pytest

from runfolio_server.loaders.loader import Loader


class Store:
    """Doubles numbers, and remembers what it was asked; has no 13."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    async def fetch(self, keys: list[int]) -> list[int]:
        self.asked.append(keys)
        if 13 in keys:
            raise LookupError("no 13")
        return [2 * key for key in keys]


async def test_many_keys_are_one_call_and_known_ones_are_not_asked_again() -> None:
    store = Store()
    loader = Loader(store.fetch)

    first = await loader.load_many([3, 1, 3])
    second = await loader.load_many([1, 2, 3])

    assert ([6, 2, 6], [2, 4, 6]) == (first, second)
    assert [[3, 1], [2]] == store.asked


async def test_single_keys_asked_side_by_side_are_one_call() -> None:
    store = Store()
    loader = Loader(store.fetch)

    found = await asyncio.gather(*map(loader.load, [1, 2, 1]))

    assert [2, 4, 2] == found
    assert [[1, 2]] == store.asked


async def test_what_failed_fails_again_without_being_asked_again() -> None:
    store = Store()
    loader = Loader(store.fetch)

    for _ in range(2):
        with pytest.raises(LookupError, match="no 13"):
            await loader.load_many([12, 13])
    with pytest.raises(LookupError, match="no 13"):
        await loader.load(12)

    assert [[12, 13]] == store.asked


async def test_what_one_key_fails_with_fails_no_other() -> None:
    async def fetch(keys: list[int]) -> list[int | BaseException]:
        return [LookupError("no 13") if key == 13 else 2 * key for key in keys]

    loader = Loader(fetch)

    found = await asyncio.gather(*map(loader.load, [12, 13]), return_exceptions=True)

    assert [24, "no 13"] == [found[0], str(found[1])]
    assert 24 == await loader.load(12)
    for asking in (loader.load(13), loader.load_many([12, 13])):
        with pytest.raises(LookupError, match="no 13"):
            await asking


async def test_no_keys_ask_nothing() -> None:
    store = Store()

    assert [] == await Loader(store.fetch).load_many([])
    assert [] == store.asked


async def test_what_is_known_is_not_asked() -> None:
    store = Store()
    loader = Loader(store.fetch)

    loader.prime(1, 100)

    assert 100 == await loader.load(1)
    assert [100, 4] == await loader.load_many([1, 2])
    assert [[2]] == store.asked
