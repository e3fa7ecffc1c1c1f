"""What a run printed, read, followed and downloaded by the clients from a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import runfolio
from runfolio import Api, AsyncApi
from runfolio._sync import console
from tests.client.builders import Logger
from tests.client.full_run import api, logger
from tests.live_server import LiveServer

__all__ = ["api", "logger"]

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")

LINES = [f"\x1b[3{number % 8}mline {number}\x1b[0m" for number in range(25)]


@pytest.fixture(scope="module")
def printed(logger: Logger) -> str:
    """A run that has printed 25 coloured lines."""
    return logger.run("printed", console=LINES, exit_code=0)


def _output(offset: int, *lines: str, **more: Any) -> dict[str, Any]:
    return {"files": {"output.log": {"offset": offset, "content": list(lines)}}, **more}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({}, range(25)),
        ({"first": 7}, range(7)),
        ({"first": 0}, []),
        ({"last": 7}, range(18, 25)),
        ({"last": 0}, []),
        ({"last": 100}, range(25)),
        ({"min_number": 3, "max_number": 9}, range(3, 9)),
        ({"search": "line 2"}, [2, 20, 21, 22, 23, 24]),
        ({"regex": "^line 1?[0-2]$", "last": 4}, [2, 10, 11, 12]),
    ],
)
def test_lines_are_chosen_whatever_the_size_of_a_page(
    api: Api, printed: str, choice: dict[str, Any], expected: Any
) -> None:
    for page_size in (3, 1000):
        lines = list(api.run(printed).console_lines(page_size, strip_ansi=True, **choice))

        assert [*expected] == [line.number for line in lines]
        assert [f"line {number}" for number in expected] == [line.text for line in lines]


def test_lines_keep_their_colours_unless_told_otherwise(api: Api, printed: str) -> None:
    assert LINES == [line.text for line in api.run(printed).console_lines()]


def test_what_cannot_be_chosen_is_told(api: Api, printed: str) -> None:
    run = api.run(printed)

    with pytest.raises(ValueError, match="first or last"):
        run.console_lines(first=1, last=1)
    with pytest.raises(ValueError, match="last is -1"):
        run.console_lines(last=-1)
    with pytest.raises(ValueError, match="poll_s is 0"):
        run.follow_console(poll_s=0)
    with pytest.raises(ValueError, match="last is 10001"):
        run.follow_console(last=10_001)
    with pytest.raises(runfolio.BadRequestError, match="regex"):
        list(run.console_lines(regex="("))


def test_a_run_is_followed_until_it_ends(api: Api, logger: Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    path = logger.run("followed", console=["old", "older", "0%"])
    # What the process does while nobody looks.
    steps: Iterator[Callable[[], None]] = iter(
        [
            lambda: logger.stream("followed", _output(2, "50%")),
            lambda: None,
            lambda: logger.stream("followed", _output(2, "100%", "end", complete=True, exitcode=0)),
        ]
    )
    monkeypatch.setattr(console, "sleep", lambda _: next(steps)())

    lines = [(line.number, line.text) for line in api.run(path).follow_console(last=2)]

    assert [(1, "older"), (2, "0%"), (2, "50%"), (2, "100%"), (3, "end")] == lines
    assert [line[1] for line in lines[-1:]] == [line.text for line in api.run(path).follow_console(last=1)]


def test_an_ended_run_is_followed_from_its_first_line_on(
    api: Api, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "FOLLOWED_PAGE", 4)

    assert LINES == [line.text for line in api.run(printed).follow_console(last=None)]


def test_all_that_was_printed_is_downloaded_whole(api: Api, printed: str, tmp_path: Path) -> None:
    run = api.run(printed)

    path = run.download_console(tmp_path / "new" / "console.txt")

    assert "".join(f"{line}\n" for line in LINES) == path.read_text()
    with pytest.raises(FileExistsError, match="replace=True"):
        run.download_console(path)
    run.download_console(path, replace=True, strip_ansi=True)
    assert [f"line {number}" for number in range(25)] == path.read_text().splitlines()
    assert ["console.txt"] == [found.name for found in path.parent.iterdir()]


async def test_the_async_client_reads_follows_and_downloads_too(
    live_server: LiveServer, printed: str, tmp_path: Path
) -> None:
    async with AsyncApi(live_server.base_url, live_server.api_key) as api:
        run = await api.run(printed)

        last = [line.text async for line in run.console_lines(last=2)]
        followed = [line.text async for line in run.follow_console(last=2)]
        path = await run.download_console(tmp_path / "console.txt")

    assert LINES[-2:] == last == followed
    assert LINES == path.read_text().splitlines()
