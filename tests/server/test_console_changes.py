"""Following a run: each line comes when it is written, again when it is written again, and none is missed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service import Service

CHANGES = (
    'query($r: String!, $first: Int, $after: String, $last: Int) { project(name: "p") { run(name: $r) {'
    " consoleChanges(first: $first, after: $after, last: $last) {"
    " lines { number line } pageInfo { hasNextPage endCursor } } } } }"
)


async def _write(service: Service, run: str, offset: int, *lines: str, writer: str = "") -> None:
    headers = {"X-WANDB-ASYNC-CLIENT-ID": writer} if writer else {}
    body = {"files": {"output.log": {"offset": offset, "content": list(lines)}}}
    assert 200 == (await service.stream(f"ada/p/{run}", body, **headers)).status


class Follower:
    """Somebody who looks again and again."""

    def __init__(self, service: Service, run: str, **begin: Any) -> None:
        self._service, self._run, self._place = service, run, begin

    async def look(self, first: int = 1000) -> list[tuple[int, str]]:
        """What has been written since the last time."""
        lines = []
        while True:
            answer = await self._service.graphql(CHANGES, r=self._run, **self._place)
            page = answer.data["project"]["run"]["consoleChanges"]
            lines += [(line["number"], line["line"]) for line in page["lines"]]
            assert page["pageInfo"]["endCursor"] is not None
            self._place = {"first": first, "after": page["pageInfo"]["endCursor"]}
            if not page["pageInfo"]["hasNextPage"]:
                return lines


async def test_lines_come_when_they_are_written_and_again_when_they_are_rewritten(service: Service) -> None:
    await service.start_run("bar")
    follower = Follower(service, "bar", last=10)

    nothing = await follower.look()
    await _write(service, "bar", 0, "start", "10%")
    first = await follower.look()
    await _write(service, "bar", 1, "20%")
    await _write(service, "bar", 1, "30%", "next")
    second = await follower.look()
    await _write(service, "bar", 1, "30%", "next")

    assert [] == nothing
    assert [(0, "start"), (1, "10%")] == first
    assert [(1, "30%"), (2, "next")] == second
    assert [] == await follower.look()


async def test_the_lines_of_every_process_come_whichever_is_first_in_the_list(service: Service) -> None:
    await service.start_run("two")
    await _write(service, "two", 0, "b 0", writer="b")
    follower = Follower(service, "two", last=10)
    assert [(0, "b 0")] == await follower.look()

    await _write(service, "two", 0, "a 0", "a 1", writer="a")
    await _write(service, "two", 1, "b 1", writer="b")

    assert [(0, "a 0"), (1, "a 1"), (3, "b 1")] == await follower.look()


@pytest.mark.parametrize("size", [1, 2, 1000])
async def test_pages_of_any_size_have_each_line_once(service: Service, size: int) -> None:
    run = f"sized{size}"
    await service.start_run(run)
    follower = Follower(service, run, first=size)
    for first in range(0, 9, 3):
        await _write(service, run, first, *[str(number) for number in range(first, first + 3)])

    assert [(number, str(number)) for number in range(9)] == await follower.look(size)


async def test_it_begins_with_as_many_of_the_newest_lines_as_are_wanted(service: Service) -> None:
    await service.start_run("newest")
    await _write(service, "newest", 0, *[str(number) for number in range(9)])

    async def begin(last: int) -> list[tuple[int, str]]:
        follower = Follower(service, "newest", last=last)
        found = await follower.look()
        assert [] == await follower.look()
        return found

    assert [[], [(8, "8")], [(7, "7"), (8, "8")]] == [await begin(last) for last in (0, 1, 2)]


async def test_a_cursor_of_the_list_of_lines_is_told(service: Service) -> None:
    await service.start_run("mixed")
    await _write(service, "mixed", 0, "x")
    answer = await service.graphql(
        '{ project(name: "p") { run(name: "mixed") { consoleLines { pageInfo { endCursor } } } } }'
    )
    cursor = answer.data["project"]["run"]["consoleLines"]["pageInfo"]["endCursor"]

    refused = await service.graphql(CHANGES, r="mixed", after=cursor)

    assert (400, "after") == (refused.status, refused.error["extensions"]["path"])
