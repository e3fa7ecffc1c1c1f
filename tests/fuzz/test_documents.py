"""Whatever document comes, each field of both roots answers without a fault of ours, and without a look inside.

One test for each field: `test_Query_project`. Why they are made here is told in test_routes.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.asked import CALLERS, Asked, send
from tests.fuzz.count import examples
from tests.fuzz.documents import OPERATIONS, documents
from tests.fuzz.ground import Ground, make_ground
from tests.fuzz.oracle import check_answer
from tests.service import Service

OF_EACH_RUN = 2
SHARE = 0.1
"""To make a document takes ten times as long as to make a request."""


@pytest.fixture(scope="module")
async def ground(service: Service) -> Ground:
    return await make_ground(service)


def _asked(document: str, user: str | None) -> Asked:
    body = json.dumps({"query": document}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Asked("POST", "/graphql", content=body, user=user)


def _made(label: str) -> Callable[..., Any]:
    @settings(
        max_examples=examples(OF_EACH_RUN, SHARE / len(OPERATIONS)),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    )
    @given(asked=st.builds(_asked, documents(label), st.sampled_from(CALLERS)))
    async def has_no_fault_and_shows_nothing_of_its_inside(ground: Ground, asked: Asked) -> None:
        answer, sent = await send(ground, asked)

        check_answer(answer, sent, str(ground.service.settings.data_dir))

    return has_no_fault_and_shows_nothing_of_its_inside


for _label in sorted(OPERATIONS):
    globals()["_".join(["test", *re.findall(r"\w+", _label)])] = _made(_label)
