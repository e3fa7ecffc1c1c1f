"""The comparison of a fault campaign sees what it is there to see, and a seed gives the same load again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.comparison import Comparison
from tests.faults.load import Load
from tests.faults.trouble import Request, Trouble, file_stream_body

LINES = 4


def problems(numbers: list[int], *, required: int = LINES, **changes: Any) -> list[str]:
    """Those of a run of four lines of which these were read; `changes` are made to the last."""
    load = Load("7", "run")
    load.begin_process()
    load.rows_per_step = 1
    load.sent[0]["history"] = LINES
    comparison = Comparison(load, "history", "run")
    rows = [load.line("history", 0, number) for number in numbers]
    for row in [*rows[:-1], rows[-1] | changes]:
        comparison.add(row)
    return comparison.problems({(0, number) for number in range(required)})


def test_all_lines_once_and_in_order_are_no_problem() -> None:
    assert [] == problems([0, 1, 2, 3])


@pytest.mark.parametrize(
    ("numbers", "problem"),
    [
        ([0, 1, 3], "run: 1 missing lines, such as [(0, 2)]"),
        ([0, 1, 1, 2, 3], "run: 1 doubled rows, such as [(0, 1)]"),
        ([0, 2, 1, 3], "run: 1 rows out of order, such as [(0, 1)]"),
    ],
    ids=["missing", "doubled", "misplaced"],
)
def test_a_lost_a_doubled_and_a_misplaced_row_are_told(numbers: list[int], problem: str) -> None:
    assert [problem] == problems(numbers)


@pytest.mark.parametrize("change", [{"value": 0.5}, {"line": LINES}, {"process": 1}, {"line": None}])
def test_a_row_that_was_never_sent_so_is_told(change: dict[str, Any]) -> None:
    found = problems([0, 1, 2, 3], required=3, **change)

    assert 1 == len(found)
    assert found[0].startswith("run: 1 rows never sent")


def test_a_line_that_nobody_acknowledged_may_be_missing() -> None:
    assert [] == problems([0, 1, 2], required=3)


@pytest.mark.parametrize("name", ["a", "b", "c", "d"])
def test_a_seed_gives_the_same_load_again_and_every_line_is_sent(name: str) -> None:
    bodies = []
    for _ in range(2):
        load = Load("7", name)
        requests = [step for step in Trouble(load, has_files=True).steps() if isinstance(step, Request)]
        bodies.append([repr(file_stream_body(load, request)) for request in requests])
        sent = {
            (block.process, line)
            for request in requests
            for block in request.blocks
            if block.stream == "history"
            for line in range(block.first, block.past_last)
        }
        assert set(load.identities("history")) == sent
        assert load.lines <= len(sent)

    assert bodies[0] == bodies[1]


def test_lines_of_two_processes_are_read_in_the_order_of_their_steps() -> None:
    load = Load("7", "run")
    load.rows_per_step = 2
    for _ in range(2):
        load.begin_process()
        load.sent[-1]["history"] = 3

    assert [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (1, 2)] == list(load.identities("history"))
