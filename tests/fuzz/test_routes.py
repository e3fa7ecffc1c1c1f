"""Whatever is asked of a route is answered without a fault of ours, and without a look inside.

One test for each row of the route table: `test_GET_schema_graphql`. They are made here because a request must be drawn
before the test's coroutine begins: Hypothesis ends an example by an exception that would end anyio's runner too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from runfolio_server.app import create_app
from runfolio_server.settings import read_settings
from tests.fuzz.asked import Asked, send
from tests.fuzz.count import examples
from tests.fuzz.ground import Ground, make_ground
from tests.fuzz.oracle import check_answer
from tests.fuzz.routes import ALL, asked_of
from tests.server.route_table import route_methods
from tests.service import Service

OF_EACH_RUN = 8
SHARE = 0.9
"""Of the cases of a long run; the others are documents."""


@pytest.fixture(scope="module")
async def ground(service: Service) -> Ground:
    return await make_ground(service)


def test_every_route_is_asked() -> None:
    table = {(route.path, route.method) for route in route_methods(create_app(read_settings({})))}

    assert table == ALL


def _made(path: str, method: str) -> Callable[..., Any]:
    @settings(
        max_examples=examples(OF_EACH_RUN, SHARE / len(ALL)),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    )
    @given(asked=asked_of(method, path))
    async def has_no_fault_and_shows_nothing_of_its_inside(ground: Ground, asked: Asked) -> None:
        answer, sent = await send(ground, asked)

        check_answer(answer, sent, str(ground.service.settings.data_dir))

    return has_no_fault_and_shows_nothing_of_its_inside


for _path, _method in sorted(ALL):
    globals()["_".join(["test", _method, *re.findall(r"\w+", _path)])] = _made(_path, _method)
