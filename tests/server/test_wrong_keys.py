"""Wrong keys are told so slowly; right ones, and requests without one, are answered at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from runfolio_server.endpoints.wrong_keys import AT_ONCE, DELAY_MAX_S, WrongKeys
from tests.service import Service

HERE = "127.0.0.1"
QUERY = "{ viewer { username } }"


@pytest.fixture
def wrong_keys(service: Service) -> Iterator[WrongKeys]:
    """Somebody here has tried many keys."""
    service.app.state.wrong_keys = tried = WrongKeys()
    for _ in range(100):
        tried.delay_s(HERE)
    yield tried
    service.app.state.wrong_keys = WrongKeys()


def test_the_first_few_are_told_at_once_and_the_next_ones_ever_later() -> None:
    wrong_keys = WrongKeys()

    delays = [wrong_keys.delay_s(HERE) for _ in range(100)]

    assert [0.0] * AT_ONCE == delays[:AT_ONCE]
    assert 0 < delays[AT_ONCE] < delays[AT_ONCE + 1] < delays[AT_ONCE + 2]
    assert pytest.approx(DELAY_MAX_S) == max(delays)


def test_addresses_are_apart_and_a_network_of_ipv6_is_one() -> None:
    wrong_keys = WrongKeys()
    for number in range(100):
        wrong_keys.delay_s(f"2001:db8::{number}")

    assert 0 == wrong_keys.delay_s(HERE)
    assert 0 < wrong_keys.delay_s("2001:db8::ffff")


async def test_a_right_key_never_waits_for_wrong_ones(service: Service, wrong_keys: WrongKeys) -> None:
    refusal = asyncio.create_task(service.graphql(QUERY, user="0" * 40))
    await asyncio.sleep(0)

    right, none = await service.graphql(QUERY), await service.graphql(QUERY, user=None)

    assert (200, 401, False) == (right.status, none.status, refusal.done())
    refusal.cancel()
    await asyncio.gather(refusal, return_exceptions=True)


async def test_a_wrong_key_is_told_so_in_the_end(service: Service) -> None:
    service.app.state.wrong_keys = tried = WrongKeys()
    for _ in range(AT_ONCE):
        tried.delay_s(HERE)

    answer = await service.graphql(QUERY, user="0" * 40)

    assert (401, "UNAUTHENTICATED") == (answer.status, answer.error["extensions"]["code"])
