"""What the hostile user of `python -m tests.load unfair` sends is refused or answered, and never a fault of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import islice

import httpx
import pytest

from tests.live_server import LiveServer
from tests.load.attack import Attack
from tests.load.ground import Ground, GroundSize, make_ground
from tests.load.hostile import ATTACKS, HUNG_UP, Met, hostile_client, send_one

TINY = GroundSize(
    rows=50,
    scale=0.01,
    keys=20,
    console_lines=20,
    large_runs=2,
    notes_characters=1000,
    config_bytes=500,
    largest_config_bytes=500,
)
# Of attacks that are many calls of one kind.
CALLS = 2
SENSIBLE = {"200", "400", "413", "429", "503", HUNG_UP}


@pytest.fixture(scope="module")
async def http(live_server: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    async with hostile_client(live_server.base_url, live_server.api_key) as opened:
        yield opened


@pytest.fixture(scope="module")
async def ground(http: httpx.AsyncClient) -> Ground:
    return await make_ground(http, "ada", TINY)


@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name) for attack in ATTACKS])
async def test_a_hostile_request_has_a_sensible_answer(attack: Attack, http: httpx.AsyncClient, ground: Ground) -> None:
    met = Met()

    for call in islice(attack.make(ground), CALLS):
        await send_one(http, call, met)

    assert met.answers.keys() <= SENSIBLE
