"""The comparison of a fault campaign sees what it is there to see."""

from __future__ import annotations

import pytest

from tests.faults.check import differences
from tests.faults.load import Load

SENT = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("actual", "problem"),
    [
        (["a", "b", "d"], "run: 1 missing lines, such as [2]"),
        (["a", "b", "b", "c", "d"], "run: 1 doubled rows, such as ['b']"),
        (["a", "b", "c", "d", "x"], "run: 1 rows never sent, such as ['x']"),
    ],
    ids=["missing", "doubled", "foreign"],
)
def test_a_lost_a_doubled_and_a_foreign_row_are_told(actual: list[str], problem: str) -> None:
    assert [problem] == differences("run", SENT, actual, required={0, 1, 2, 3})


def test_a_line_that_nobody_acknowledged_may_be_missing() -> None:
    assert [] == differences("run", SENT, ["a", "b", "c"], required={0, 1, 2})


def test_a_seed_gives_the_same_load_again_and_every_line_is_sent() -> None:
    bodies = []
    for _ in range(2):
        load = Load("7", "run")
        requests = []
        while not load.is_complete:
            requests.append(load.next_request())
            load.pause_s()
        requests += load.last_requests()
        bodies.append([repr(request.body) for request in requests])
        sent = {
            line
            for request in requests
            for block in request.blocks
            if block.stream == "history"
            for line in range(block.first, block.past_last)
        }
        assert set(range(load.sent["history"])) == sent

    assert bodies[0] == bodies[1]
