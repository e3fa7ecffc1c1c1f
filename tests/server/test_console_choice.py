"""Which console lines come: the first, the last, a range, what is searched for; and without terminal codes."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio_server.actions.console import read
from tests.service import Service

CHOICE = (
    "query($r: String!, $first: Int, $after: String, $last: Int, $before: String, $min: Int, $max: Int,"
    ' $search: String, $regex: String, $strip: Boolean! = false) { project(name: "p") { run(name: $r) { consoleLines('
    "first: $first, after: $after, last: $last, before: $before, minNumber: $min, maxNumber: $max, search: $search,"
    " regex: $regex, stripAnsi: $strip) { lines { number line } pageInfo { hasNextPage endCursor } hasPreviousPage"
    " startCursor lineCount } } } }"
)
RED = "\x1b[31m"
PLAIN = "\x1b[0m"


async def _write(service: Service, run: str, offset: int, *lines: str, writer: str = "") -> None:
    headers = {"X-WANDB-ASYNC-CLIENT-ID": writer} if writer else {}
    content = [f"2026-01-01T00:00:00.000001 {line}" for line in lines]
    body = {"files": {"output.log": {"offset": offset, "content": content}}}
    assert 200 == (await service.stream(f"ada/p/{run}", body, **headers)).status


async def _page(service: Service, run: str, **choice: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await service.graphql(CHOICE, r=run, **choice)).data["project"]["run"]["consoleLines"]
    return found


async def _numbers(service: Service, run: str, **choice: Any) -> list[int]:
    return [line["number"] for line in (await _page(service, run, **choice))["lines"]]


@pytest.fixture(scope="module")
async def three(service: Service) -> str:
    """Lines 0 to 9 of one process, of another 10 to 15 with a gap at 12, and 16 to 19 of a third."""
    await service.start_run("three")
    for writer, lines in (("a", 10), ("b", 6), ("c", 4)):
        for first, count in ((0, 2), (3, lines - 3)) if writer == "b" else ((0, lines),):
            await _write(
                service,
                "three",
                first,
                *[f"{writer} {number}" for number in range(first, first + count)],
                writer=writer,
            )
    return "three"


WITH_A_GAP = [*range(12), *range(13, 20)]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"first": 3}, WITH_A_GAP[:3]),
        ({"last": 5}, WITH_A_GAP[-5:]),
        ({"last": 9}, WITH_A_GAP[-9:]),
        ({"last": 100}, WITH_A_GAP),
        ({"last": 0}, []),
        ({"min": 8, "max": 14}, [8, 9, 10, 11, 13]),
        ({"min": 12}, WITH_A_GAP[12:]),
        ({"max": 11}, WITH_A_GAP[:11]),
        ({"min": -5, "max": 2}, [0, 1]),
        ({"min": 15, "max": 16}, [15]),
        ({"min": 16, "max": 17}, [16]),
        ({"min": 20}, []),
        ({"min": 5, "max": 5}, []),
        ({"min": 8, "max": 14, "last": 2}, [11, 13]),
        ({"search": "b"}, [10, 11, 13, 14, 15]),
        ({"search": "b", "last": 2}, [14, 15]),
        ({"regex": "[ac] 3$"}, [3, 19]),
        ({"search": "a", "regex": "[23]"}, [2, 3]),
        ({"search": "A"}, []),
        ({"regex": "(?i)^A"}, list(range(10))),
        ({"search": "", "regex": ""}, WITH_A_GAP),
    ],
)
async def test_lines_are_chosen_from_both_ends_by_number_and_by_what_they_say(
    service: Service, three: str, choice: dict[str, Any], expected: list[int]
) -> None:
    page = await _page(service, three, **choice)

    assert expected == [line["number"] for line in page["lines"]]
    assert 20 == page["lineCount"]


@pytest.mark.parametrize("choice", [{}, {"search": "3"}, {"min": 3, "max": 18}], ids=["all", "searched", "range"])
async def test_pages_from_the_end_have_each_line_once(service: Service, three: str, choice: dict[str, Any]) -> None:
    pages: list[list[int]] = []
    before = None
    for _ in range(30):
        page = await _page(service, three, last=3, before=before, **choice)
        pages.append([line["number"] for line in page["lines"]])
        before = page["startCursor"]
        if not page["hasPreviousPage"]:
            break

    assert await _numbers(service, three, **choice) == [number for part in pages[::-1] for number in part]


@pytest.mark.parametrize("way", ["forward", "backward"])
async def test_a_search_looks_through_so_many_lines_in_a_page_and_says_where_it_goes_on(
    service: Service, three: str, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(read, "SEARCHED_MAX", 4)
    found: list[int] = []
    counts: list[int] = []
    cursor = None
    for _ in range(30):
        choice = {"first": 2, "after": cursor} if way == "forward" else {"last": 2, "before": cursor}
        page = await _page(service, three, search="c", **choice)
        found += [line["number"] for line in page["lines"]][:: 1 if way == "forward" else -1]
        counts.append(len(page["lines"]))
        more = page["pageInfo"]["hasNextPage"] if way == "forward" else page["hasPreviousPage"]
        cursor = page["pageInfo"]["endCursor"] if way == "forward" else page["startCursor"]
        if not more:
            break

    assert [16, 17, 18, 19] == sorted(found)
    assert 0 in counts


async def test_codes_of_the_terminal_stay_in_the_store_are_not_searched_and_can_be_left_out(service: Service) -> None:
    await service.start_run("coloured")
    link = "\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\"
    await _write(service, "coloured", 0, f"{RED}er{PLAIN}ror", f"\x1b[2K\x1b[1A{link} [31m", "plain \x1b")

    raw = await _page(service, "coloured")
    plain = await _page(service, "coloured", strip=True)

    assert [f"{RED}er{PLAIN}ror", f"\x1b[2K\x1b[1A{link} [31m", "plain \x1b"] == [line["line"] for line in raw["lines"]]
    assert ["error", "link [31m", "plain "] == [line["line"] for line in plain["lines"]]
    assert [0] == await _numbers(service, "coloured", search="error")
    assert [0] == await _numbers(service, "coloured", regex="^error$")
    assert [] == await _numbers(service, "coloured", search="http")
    assert [1] == await _numbers(service, "coloured", search="[31m")


@pytest.mark.parametrize(
    ("choice", "path"),
    [
        ({"first": 1, "last": 1}, "last"),
        ({"last": 10_001}, "last"),
        ({"last": -1}, "last"),
        ({"before": "x"}, "before"),
        ({"regex": "("}, "regex"),
        ({"regex": "a" * 1000}, "regex"),
    ],
)
async def test_a_choice_that_cannot_be_is_told(service: Service, three: str, choice: dict[str, Any], path: str) -> None:
    answer = await service.graphql(CHOICE, r=three, **choice)

    assert (400, path) == (answer.status, answer.error["extensions"]["path"])


async def test_a_cursor_of_another_run_is_told(service: Service, three: str) -> None:
    await service.start_run("other")
    await _write(service, "other", 0, "x", writer="z")
    cursor = (await _page(service, "other"))["pageInfo"]["endCursor"]

    answer = await service.graphql(CHOICE, r=three, after=cursor)

    assert (400, "after") == (answer.status, answer.error["extensions"]["path"])


async def test_all_that_was_printed_is_one_file(service: Service, three: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runfolio_server.actions.exports.console.PAGE_LINES", 3)
    monkeypatch.setattr("runfolio_server.actions.exports.console.PAGE_BYTES", 7)
    await service.start_run("filed")
    await _write(service, "filed", 0, *[f"{RED}zeile {number} ü{PLAIN}" for number in range(11)])

    async def download(run: str, **parameters: str) -> Any:
        return await service.http.get(
            f"/export/ada/p/{run}/console.txt", params=parameters, headers=service.headers("ada")
        )

    answer = await download("filed")
    plain = await download("filed", strip_ansi="true")

    assert "".join(f"{RED}zeile {number} ü{PLAIN}\n" for number in range(11)) == answer.text
    assert "".join(f"zeile {number} ü\n" for number in range(11)) == plain.text
    assert ("text/plain; charset=utf-8", "nosniff") == (
        answer.headers["content-type"],
        answer.headers["x-content-type-options"],
    )
    assert 19 == len((await download(three)).text.splitlines())
    await service.start_run("silent file")
    assert (200, b"") == ((await download("silent file")).status_code, (await download("silent file")).content)
    assert [400, 400, 404] == [
        (await download(three, strip_ansi="yes")).status_code,
        (await download(three, strip="true")).status_code,
        (await download("nothing")).status_code,
    ]
    other = await service.http.get("/export/ada/p/three/console.txt", headers=service.headers("eve"))
    assert 404 == other.status_code
