"""Captured output: pages forward, the last lines, and several processes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service import Service

PAGE = (
    'query($r: String!, $first: Int, $after: String) { project(name: "p") { run(name: $r) { logLineCount'
    " consoleLines(first: $first, after: $after) { lines { number line } pageInfo { hasNextPage endCursor } } } } }"
)
WIRE_PAGE = (
    'query($r: String!, $first: Int, $after: String) { project(name: "p") { run(name: $r) { logLines(first: $first,'
    " after: $after, useImprovedPagination: true) { totalCount"
    " edges { cursor node { number timestamp level label line } }"
    " pageInfo { hasNextPage endCursor } } } } }"
)
TAIL = (
    'query($r: String!, $last: Int!) { project(name: "p") { run(name: $r) {'
    " logLines(last: $last) { edges { node { number line } } } } } }"
)


async def _write(service: Service, run: str, offset: int, *lines: str, writer: str = "") -> None:
    headers = {"X-WANDB-ASYNC-CLIENT-ID": writer} if writer else {}
    body = {"files": {"output.log": {"offset": offset, "content": list(lines)}}}
    assert 200 == (await service.stream(f"ada/p/{run}", body, **headers)).status


async def _run(service: Service, query: str, run: str, **choice: Any) -> Any:
    return (await service.graphql(query, r=run, **choice)).data["project"]["run"]


@pytest.fixture(scope="module")
async def hundred(service: Service) -> str:
    await service.start_run("hundred")
    await _write(service, "hundred", 0, *[f"line {number}" for number in range(100)])
    return "hundred"


@pytest.mark.parametrize("query", [PAGE, WIRE_PAGE], ids=["canonical", "wire"])
async def test_every_line_comes_once_in_order(service: Service, hundred: str, query: str) -> None:
    found: list[tuple[int, str]] = []
    after = None
    for _ in range(10):
        run = await _run(service, query, hundred, first=30, after=after)
        page = run.get("consoleLines") or run["logLines"]
        lines = page["lines"] if "lines" in page else [edge["node"] for edge in page["edges"]]
        found += [(line["number"], line["line"]) for line in lines]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert [(number, f"line {number}") for number in range(100)] == found


async def test_the_last_lines_come_in_order(service: Service, hundred: str) -> None:
    run = await _run(service, TAIL, hundred, last=3)

    assert [97, 98, 99] == [edge["node"]["number"] for edge in run["logLines"]["edges"]]


async def test_the_counts_are_those_of_the_lines(service: Service, hundred: str) -> None:
    assert 100 == (await _run(service, PAGE, hundred))["logLineCount"]
    assert 100 == (await _run(service, WIRE_PAGE, hundred))["logLines"]["totalCount"]


async def test_a_run_that_printed_nothing_has_an_empty_page(service: Service) -> None:
    await service.start_run("silent")

    run = await _run(service, PAGE, "silent")

    page = {"lines": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    assert {"logLineCount": 0, "consoleLines": page} == run


async def test_a_line_is_rewritten_in_place_and_the_others_stay(service: Service) -> None:
    await service.start_run("progress")
    await _write(service, "progress", 0, "start", "10%", "end")

    await _write(service, "progress", 1, "100%")

    run = await _run(service, PAGE, "progress")
    assert ["start", "100%", "end"] == [line["line"] for line in run["consoleLines"]["lines"]]


async def test_a_repeated_or_empty_batch_changes_nothing(service: Service) -> None:
    await service.start_run("repeat")

    for _ in range(3):
        await _write(service, "repeat", 0, "a", "", "b")
    await _write(service, "repeat", 3)

    run = await _run(service, PAGE, "repeat")
    assert [(0, "a"), (1, ""), (2, "b")] == [(line["number"], line["line"]) for line in run["consoleLines"]["lines"]]


async def test_lines_that_were_skipped_leave_a_gap_in_the_numbers(service: Service) -> None:
    await service.start_run("gap")

    await _write(service, "gap", 5, "five")

    run = await _run(service, PAGE, "gap")
    assert [(5, "five")] == [(line["number"], line["line"]) for line in run["consoleLines"]["lines"]]
    assert 6 == run["logLineCount"]


async def test_each_process_of_a_shared_run_has_its_own_lines(service: Service) -> None:
    await service.start_run("shared")

    for writer in ("one", "two"):
        await _write(service, "shared", 0, f"{writer} a", f"{writer} b", writer=writer)
    await _write(service, "shared", 1, "one c", writer="one")

    run = await _run(service, PAGE, "shared")
    lines = [(line["number"], line["line"]) for line in run["consoleLines"]["lines"]]
    assert [(0, "one a"), (1, "one c"), (2, "two a"), (3, "two b")] == lines


@pytest.mark.parametrize(
    ("choice", "path"),
    [
        ("first: 10001", "first"),
        ("first: -1", "first"),
        ('after: "x"', "after"),
    ],
)
async def test_a_page_that_cannot_be_is_told(service: Service, hundred: str, choice: str, path: str) -> None:
    for field, selection in (("consoleLines", "lines { line }"), ("logLines", "edges { cursor }")):
        answer = await service.graphql(
            f'{{ project(name: "p") {{ run(name: "{hundred}") {{ {field}({choice}) {{ {selection} }} }} }} }}'
        )

        assert (400, path) == (answer.status, answer.error["extensions"]["path"])
