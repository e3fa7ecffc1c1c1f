"""Pages: each item once, whatever is added meanwhile, and cursors of their own list only."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service import Answer, Service

RUNS = (
    "query($p: String, $first: Int, $after: String) { project(name: $p) {"
    " runs(first: $first, after: $after) { totalCount edges { cursor node { name } }"
    " pageInfo { hasNextPage endCursor } } } }"
)
PROJECTS = (
    "query($first: Int, $after: String) { projects(first: $first, after: $after) {"
    " totalCount edges { cursor node { name } } pageInfo { hasNextPage endCursor } } }"
)


async def _page(service: Service, project: str, after: str | None, first: int | None = 50) -> dict[str, Any]:
    answer = await service.graphql(RUNS, p=project, first=first, after=after)
    found: dict[str, Any] = answer.data["project"]["runs"]
    return found


@pytest.fixture(scope="module")
async def many(service: Service) -> str:
    for number in range(120):
        await service.start_run(f"r{number:03}", "many")
    return "many"


@pytest.mark.parametrize("by_edge", [True, False], ids=["edge cursors", "end cursors"])
async def test_every_run_comes_once_while_others_are_made(service: Service, many: str, by_edge: bool) -> None:
    names: list[str] = []
    after = None
    for round_ in range(30):
        page = await _page(service, many, after, first=17)
        names += [edge["node"]["name"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["edges"][-1]["cursor"] if by_edge else page["pageInfo"]["endCursor"]
        if round_ < 5:
            await service.start_run(f"new{by_edge}{round_}", many)

    assert len(names) == len(set(names))
    assert [f"r{number:03}" for number in range(120)] == [name for name in names if name.startswith("r")]
    assert {f"new{by_edge}{round_}" for round_ in range(5)} <= set(names)


async def test_a_page_that_ends_with_the_list_has_no_next(service: Service) -> None:
    for number in range(4):
        await service.start_run(f"r{number}", "four")

    pages = [await _page(service, "four", None, first) for first in (3, 4, 5)]

    assert [True, False, False] == [page["pageInfo"]["hasNextPage"] for page in pages]
    assert [3, 4, 4] == [len(page["edges"]) for page in pages]
    assert {4} == {page["totalCount"] for page in pages}


async def test_a_page_of_none_is_empty_and_says_that_more_follow(service: Service, many: str) -> None:
    page = await _page(service, many, None, first=0)

    assert ([], {"hasNextPage": True, "endCursor": None}) == (page["edges"], page["pageInfo"])


async def test_a_page_has_fifty_items_unless_told(service: Service, many: str) -> None:
    absent = await service.graphql('{ project(name: "many") { runs { edges { node { name } } } } }')

    assert 50 == len((await _page(service, many, None, None))["edges"])
    assert 50 == len(absent.data["project"]["runs"]["edges"])


async def test_an_empty_list_is_a_page(service: Service) -> None:
    answer = await service.graphql(PROJECTS, "bob")

    empty = {"totalCount": 0, "edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    assert {"projects": empty} == answer.data


async def test_projects_are_paged_by_name(service: Service) -> None:
    for name in ("b", "a", "C", "ä", "a b"):
        await service.start_run("r", name, "eve")
    names: list[str] = []
    after = None
    for _ in range(6):
        page = (await service.graphql(PROJECTS, "eve", first=2, after=after)).data["projects"]
        names += [edge["node"]["name"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert 5 == len(names)
    assert {"a", "b", "C", "ä", "a b"} == set(names)


async def test_a_cursor_of_another_list_is_400(service: Service, many: str) -> None:
    of_projects = (await service.graphql(PROJECTS, first=1)).data["projects"]["pageInfo"]["endCursor"]
    of_runs = (await _page(service, many, None, first=1))["pageInfo"]["endCursor"]

    answers = [
        await service.graphql(RUNS, p=many, after=of_projects),
        await service.graphql(PROJECTS, after=of_runs),
        await service.graphql(RUNS, p=many, after="nonsense"),
        await service.graphql(RUNS, p=many, after=of_runs[:-4]),
    ]

    for answer in answers:
        _is_refused(answer)


async def test_a_cursor_of_another_project_s_runs_is_400(service: Service, many: str) -> None:
    await service.start_run("mine", "mine", "eve")
    cursor = (await _page(service, many, None, first=1))["pageInfo"]["endCursor"]

    answer = await service.graphql(RUNS, "eve", p="mine", after=cursor)

    _is_refused(answer)
    assert "of another project" in answer.error["message"]


def _is_refused(answer: Answer) -> None:
    assert (400, "BAD_USER_INPUT", "after") == (
        answer.status,
        answer.error["extensions"]["code"],
        answer.error["extensions"]["path"],
    )
