"""A cursor of a run's rows is good for that run and stream, and for the same keys and steps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.history_service import compact_some, log_rows
from tests.service import Answer, Service

ARGUMENTS: dict[str, Any] = {"keys": ["a", "b"], "min": 2, "max": 90, "stream": "HISTORY"}


async def page(service: Service, run: str, after: str | None, first: int = 5, **arguments: Any) -> Answer:
    """A page of rows of a run."""
    return await service.graphql(
        "query($r: String!, $keys: [String!], $min: Int64, $max: Int64, $stream: HistoryStream!, $after: String,"
        ' $first: Int) { project(name: "p") { run(name: $r) { historyRows(keys: $keys, minStep: $min, maxStep: $max,'
        " stream: $stream, after: $after, first: $first) { rows pageInfo { hasNextPage endCursor } } } } }",
        r=run,
        after=after,
        first=first,
        **arguments,
    )


def found(answer: Answer) -> tuple[list[int], str]:
    """The steps of a page and its cursor."""
    rows = answer.data["project"]["run"]["historyRows"]
    return [json.loads(row)["_step"] for row in rows["rows"]], rows["pageInfo"]["endCursor"]


@pytest.fixture(scope="module")
async def cursor(service: Service) -> str:
    """The cursor of the first page of the run `one`, from step 2 to 6."""
    for run in ("one", "other"):
        await service.start_run(run)
        await log_rows(service, f"ada/p/{run}", [{"_step": step, "a": step, "b": step, "c": 1} for step in range(100)])
    steps, cursor = found(await page(service, "one", None, **ARGUMENTS))
    assert [2, 3, 4, 5, 6] == steps
    return cursor


@pytest.mark.parametrize(
    ("run", "changed"),
    [
        ("other", {}),
        ("one", {"keys": ["a"]}),
        ("one", {"keys": None}),
        ("one", {"min": 3}),
        ("one", {"max": None}),
        ("one", {"stream": "SYSTEM"}),
    ],
)
async def test_a_cursor_of_other_rows_is_refused(
    service: Service, cursor: str, run: str, changed: dict[str, Any]
) -> None:
    answer = await page(service, run, cursor, **{**ARGUMENTS, **changed})

    assert (400, "BAD_USER_INPUT", "after") == (
        answer.status,
        answer.error["extensions"]["code"],
        answer.error["extensions"]["path"],
    )
    assert "another run or stream, other keys or other steps" in answer.error["message"]


async def test_a_cursor_goes_on_whatever_the_order_of_the_keys_the_size_and_compaction(
    service: Service, cursor: str
) -> None:
    await compact_some(service.database)

    answer = await page(service, "one", cursor, first=3, **{**ARGUMENTS, "keys": ["b", "a", "b"]})

    assert [7, 8, 9] == found(answer)[0]


@pytest.mark.parametrize("made_up", ["x", "WyJoaXN0b3J5IiwxLjAsMCwiIiwxXQ"])
async def test_a_cursor_that_nobody_signed_is_refused(service: Service, made_up: str) -> None:
    answer = await page(service, "one", made_up, **ARGUMENTS)

    assert (400, "after") == (answer.status, answer.error["extensions"]["path"])
