"""Pages of runs by filters and order: cursors are good for their own list only, and carry its count."""

from __future__ import annotations

import base64
import json
import random

import pytest

from tests.runs_in_bulk import SeededRun, make_project
from tests.server.found_runs import RUNS, Page, ask, ask_on_the_wire, page_of, refusal
from tests.server.statements import Statements
from tests.service import Service

ORDER = "-config.value"
FILTERS = {"config.value": {"$ne": 3}}


@pytest.fixture(scope="module")
async def paged(service: Service) -> str:
    values: list[object] = [3, 1.5, "text", None, True, [1], {"a": 1}, float("nan"), float("-inf"), 2**70]
    runs = [SeededRun(f"r{number:03}", {"value": values[number % len(values)]}) for number in range(118)]
    runs += [SeededRun("without"), SeededRun("without-too")]
    return await make_project(service, "paged", runs)


@pytest.mark.parametrize("order", [None, "-created_at", "+config.value", ORDER, "-tags,config.value,-state"])
@pytest.mark.parametrize("size", [1, 7, 50, 1000])
async def test_pages_of_every_size_hold_the_same_list(
    service: Service, paged: str, order: str | None, size: int
) -> None:
    whole = page_of(await ask(service, paged, FILTERS, order, first=1000)).names

    by_end, by_edge = [await _names(service, paged, order, size, is_by_edge=is_by_edge) for is_by_edge in (False, True)]

    # 12 of 118 have the value 3; "is not 3" is also true of runs that have no value.
    assert 108 == len(set(whole)) == len(whole)
    assert whole == by_end == by_edge


async def test_every_edge_has_the_cursor_of_its_own_place(service: Service, paged: str) -> None:
    page = page_of(await ask(service, paged, FILTERS, ORDER, first=20))

    behind = [page_of(await ask(service, paged, FILTERS, ORDER, 1, cursor)).names for cursor in page.cursors]

    assert page.names[1:] == [names[0] for names in behind[:-1]]
    assert page.cursors[-1] == page.end_cursor


async def test_a_cursor_of_another_list_is_refused(service: Service, paged: str) -> None:
    other = await make_project(service, "other", [SeededRun("r000", {"value": 1}), SeededRun("r001")])
    cursor = page_of(await ask(service, paged, FILTERS, ORDER, first=1)).end_cursor
    groups = await service.graphql(
        'query($p: String) { project(name: $p) { runGroups(by: "name", first: 1) { pageInfo { endCursor } } } }',
        p=paged,
    )
    group_cursor = groups.data["project"]["runGroups"]["pageInfo"]["endCursor"]

    answers = [
        await ask(service, other, FILTERS, ORDER, after=cursor),
        await ask(service, paged, None, ORDER, after=cursor),
        await ask(service, paged, {"config.value": {"$ne": 4}}, ORDER, after=cursor),
        await ask(service, paged, FILTERS, "+config.value", after=cursor),
        await ask(service, paged, FILTERS, None, after=cursor),
        await ask(service, paged, after=group_cursor),
        await ask_on_the_wire(service, other, FILTERS, ORDER, after=cursor),
        await ask_on_the_wire(service, paged, FILTERS, "+created_at", after=cursor),
    ]

    for answer in answers:
        assert (400, "BAD_USER_INPUT", "after") == refusal(answer)
        assert "cursor of another list" in answer.error["message"]


async def test_the_same_filters_in_other_words_are_the_same_list(service: Service, paged: str) -> None:
    cursor = page_of(await ask(service, paged, '{"state": "finished", "tags": null}', first=1)).end_cursor

    answer = await ask(service, paged, '{"tags":null,\n "state":"finished"}', "+created_at", 1, cursor)

    assert ["r001"] == page_of(answer).names


async def test_a_forged_or_damaged_cursor_is_refused(service: Service, paged: str) -> None:
    cursor = page_of(await ask(service, paged, FILTERS, ORDER, first=1)).end_cursor
    assert cursor is not None
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    chance = random.Random(7)
    damaged = [_flipped(raw, position) for position in chance.sample(range(len(raw)), 20)]
    forged = [
        raw[:24] + json.dumps(["0", None, "x' OR true --", "2026-01-01", "x", None]).encode(),
        raw[:8] + bytes(16) + raw[24:],
        raw[:24],
        raw + b" ",
    ]
    texts = [base64.urlsafe_b64encode(one).decode().rstrip("=") for one in (*damaged, *forged)]

    for text in (*texts, cursor[:-3], cursor + "AAAA", " " + cursor, "x", "null", "\0", "é", "A" * 100_000):
        assert (400, "BAD_USER_INPUT", "after") == refusal(await ask(service, paged, FILTERS, ORDER, after=text))


async def test_an_empty_cursor_is_the_start(service: Service, paged: str) -> None:
    assert page_of(await ask(service, paged, first=3)) == page_of(await ask(service, paged, first=3, after=""))


async def test_later_pages_of_the_sdk_take_the_count_of_the_first(
    service: Service, paged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = Statements(monkeypatch)
    cursor = None
    names: list[str] = []
    pages: list[Page] = []

    while not pages or pages[-1].has_next:
        # The key is looked up anew every few seconds; not by the request that is counted.
        await service.graphql("{ serverInfo { version } }")
        statements.names.clear()
        pages.append(page_of(await ask_on_the_wire(service, paged, FILTERS, ORDER, 30, cursor)))
        names.append(" ".join(sorted(statements.names)))
        cursor = pages[-1].cursors[-1]

    assert [108] * 4 == [page.count for page in pages]
    assert "count_runs select_project_by_name select_runs_page" == names[0]
    assert {"select_project_by_name select_runs_page"} == set(names[1:])


@pytest.mark.parametrize(
    ("beside", "counted"),
    [
        ("runCount(filters: $f)", [1, 0]),
        ("several: runCount(filters: $f)", [1, 0]),
        ("...Count", [1, 0]),
        ("... on Project { ...Count @include(if: $yes) }", [1, 0]),
        ("runCount(filters: $f) @skip(if: $yes)", [0, 0]),
        ("...Count @skip(if: $yes)", [0, 0]),
        ("runCount", [1, 1]),
        ("runCount none: runCount(filters: null)", [1, 1]),
        ("name", [0, 0]),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
async def test_a_cursor_carries_the_count_of_its_filters_wherever_that_is_asked_for(
    service: Service, paged: str, monkeypatch: pytest.MonkeyPatch, beside: str, counted: list[int], *, is_first: bool
) -> None:
    statements = Statements(monkeypatch)
    runs = "runs(filters: $f, first: 2, after: $cursor) { pageInfo { endCursor } }"
    document = (
        "query($p: String, $f: JSONString, $cursor: String, $yes: Boolean = true) { viewer { ... @include(if: $yes)"
        f" {{ id }} }} project(name: $p) {{ {f'{beside} {runs}' if is_first else f'{runs} {beside}'} }} }}"
    )
    if "...Count" in beside:
        document += " fragment Count on Project { runCount(filters: $f) }"

    cursor, found = None, []
    for _ in range(2):
        await service.graphql("{ serverInfo { version } }")
        statements.names.clear()
        answer = await service.graphql(document, p=paged, f=json.dumps(FILTERS), cursor=cursor)
        found.append(statements.names.count("count_runs"))
        cursor = answer.data["project"]["runs"]["pageInfo"]["endCursor"]

    assert counted == found


async def test_a_cursor_carries_the_count_of_each_project_of_a_list(
    service: Service, paged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = "runCount runs(first: 1, after: $cursor) { pageInfo { endCursor } }"
    listed = await service.graphql(
        f"query($cursor: String) {{ projects {{ edges {{ node {{ name {runs} }} }} }} }}", cursor=None
    )
    found = {edge["node"]["name"]: edge["node"] for edge in listed.data["projects"]["edges"]}

    names = await Statements(monkeypatch).of(
        service,
        f"query($p: String, $cursor: String) {{ project(name: $p) {{ {runs} }} }}",
        p=paged,
        cursor=found[paged]["runs"]["pageInfo"]["endCursor"],
    )

    assert 120 == found[paged]["runCount"]
    assert ["select_project_by_name", "select_runs_page"] == names


async def test_a_count_and_a_total_of_the_same_filters_are_counted_once(
    service: Service, paged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = Statements(monkeypatch)

    names = await statements.of(
        service,
        '{ project(name: "paged") { runCount(filters: "{}") again: runCount(filters: "{}")'
        ' runs(filters: "{}", first: 1) { totalCount edges { cursor } } } }',
    )

    assert ["count_runs", "select_project_by_name", "select_runs_page"] == names


async def test_a_count_is_made_anew_when_the_cursor_is_of_something_else(service: Service, paged: str) -> None:
    answer = await service.graphql(
        "query($cursor: String) { projects(after: $cursor) { edges { node { name runCount } } } }",
        cursor=(await service.graphql("{ projects(first: 1) { pageInfo { endCursor } } }")).data["projects"][
            "pageInfo"
        ]["endCursor"],
    )
    by_number = await service.graphql(
        'query($order: Int, $cursor: String) { project(name: "paged") { runCount runs(after: $cursor) { totalCount }'
        " } viewer { username @skip(if: false) } a: projects(first: $order) { totalCount } }",
        order=5,
        cursor=page_of(await service.graphql(RUNS, p=paged, n=1)).end_cursor,
    )

    assert answer.data["projects"]["edges"]
    assert {"runCount": 120, "runs": {"totalCount": 120}} == by_number.data["project"]


async def _names(service: Service, project: str, order: str | None, size: int, *, is_by_edge: bool) -> list[str]:
    names: list[str] = []
    after = None
    while True:
        page = page_of(await ask(service, project, FILTERS, order, size, after))
        names += page.names
        if not page.has_next:
            return names
        assert len(page.names) == size
        after = page.cursors[-1] if is_by_edge else page.end_cursor


def _flipped(raw: bytes, position: int) -> bytes:
    return raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
