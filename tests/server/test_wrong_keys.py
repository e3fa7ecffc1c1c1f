"""Wrong keys are told so slowly; right ones, and requests without one, are answered at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from runfolio_server.endpoints.wrong_keys import AT_ONCE, DELAY_MAX_S, PREFIX_CHARACTERS, WrongKeys
from tests.service import Service

HERE = "127.0.0.1"
QUERY = "{ viewer { username } }"
KEY = "0" * 40


def other_key(number: int) -> str:
    """Keys that begin differently."""
    return f"{number:08x}{'1' * 32}"


@pytest.fixture
def wrong_keys(service: Service) -> Iterator[WrongKeys]:
    """Somebody here has tried many keys, also such as begin like the right one."""
    service.app.state.wrong_keys = tried = WrongKeys()
    for _ in range(100):
        tried.delay_s(HERE, service.keys["ada"][:PREFIX_CHARACTERS] + "0" * 32)
    yield tried
    service.app.state.wrong_keys = WrongKeys()


def test_the_first_few_are_told_at_once_and_the_next_ones_ever_later() -> None:
    wrong_keys = WrongKeys()

    delays = [wrong_keys.delay_s(HERE, other_key(number)) for number in range(100)]

    assert [0.0] * AT_ONCE == delays[:AT_ONCE]
    assert 0 < delays[AT_ONCE] < delays[AT_ONCE + 1] < delays[AT_ONCE + 2]
    assert pytest.approx(DELAY_MAX_S) == max(delays)


def test_addresses_are_apart_and_a_network_of_ipv6_is_one() -> None:
    wrong_keys = WrongKeys()
    for number in range(100):
        wrong_keys.delay_s(f"2001:db8::{number}", other_key(number))

    assert 0 == wrong_keys.delay_s(HERE, other_key(100))
    assert 0 < wrong_keys.delay_s("2001:db8::ffff", other_key(101))


def test_keys_that_begin_alike_wait_as_from_one_address_wherever_they_come_from() -> None:
    wrong_keys = WrongKeys()

    alike = [wrong_keys.delay_s(f"192.0.2.{number}", f"{KEY[:PREFIX_CHARACTERS]}{number:032x}") for number in range(20)]

    assert [0.0] * AT_ONCE == alike[:AT_ONCE]
    assert 0 < alike[AT_ONCE] < alike[-1]
    assert 0 == wrong_keys.delay_s("192.0.2.100", other_key(1))


async def test_a_right_key_never_waits_for_wrong_ones_of_its_address_or_with_its_beginning(
    service: Service, wrong_keys: WrongKeys
) -> None:
    alike = service.keys["ada"][:PREFIX_CHARACTERS] + "0" * 32
    refusals = [asyncio.create_task(service.graphql(QUERY, user=key)) for key in (KEY, alike)]
    await asyncio.sleep(0)

    right, none = await service.graphql(QUERY), await service.graphql(QUERY, user=None)

    assert (200, 200) == (right.status, none.status)
    assert [False, False] == [refusal.done() for refusal in refusals]
    for refusal in refusals:
        refusal.cancel()
    await asyncio.gather(*refusals, return_exceptions=True)


async def test_a_wrong_key_is_told_so_in_the_end(service: Service) -> None:
    service.app.state.wrong_keys = tried = WrongKeys()
    for number in range(AT_ONCE):
        tried.delay_s(HERE, other_key(number))

    answer = await service.graphql(QUERY, user=KEY)

    assert (401, "UNAUTHENTICATED") == (answer.status, answer.error["extensions"]["code"])
