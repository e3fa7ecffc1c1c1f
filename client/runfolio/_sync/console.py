# Made from _async/console.py by client/unasync.py; do not edit.
"""What a run printed, line by line, and what it prints while somebody looks. Made by run_console.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from time import sleep

from runfolio._sync.scan import Scan
from runfolio._sync.transport import Transport
from runfolio._core.console_choice import ConsoleChoice
from runfolio._core.console_line import ConsoleLine
from runfolio._core.history import variables_of
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import FOLLOW_CONSOLE, LIST_CONSOLE_LINES
from runfolio._core.page import Page
from runfolio._core.paths import RunPath
from runfolio._core.run_data import LIVING_STATES
from runfolio._generated import ListConsoleLinesProjectRunConsoleLines as FoundLines

FOLLOWED_MAX = 10_000
FOLLOWED_PAGE = 1000
POLL_S_MIN = 0.1


class ConsoleLines(Scan[ConsoleLine]):
    """Lines that a run printed, in order, rewritten ones as they were last."""

    def __init__(self, transport: Transport, path: RunPath, page_size: int, choice: ConsoleChoice) -> None:
        super().__init__(page_size)
        self._transport = transport
        self._path = path
        self._choice = choice

    def __iter__(self) -> Iterator[ConsoleLine]:
        if self._choice.last is not None:
            for line in self._load_last(self._choice.last):
                yield line
            return
        wanted = self._choice.first
        after: str | None = None
        while wanted is None or wanted > 0:
            size = self.page_size if wanted is None else min(wanted, self.page_size)
            page = self._fetch_page(size, after)
            for line in page.items:
                yield line
            if wanted is not None:
                wanted -= len(page.items)
            if not page.has_next or page.cursor is None:
                return
            after = page.cursor

    def _load_last(self, count: int) -> list[ConsoleLine]:
        """From the end on, page by page, as many as there are."""
        pages: list[list[ConsoleLine]] = []
        before: str | None = None
        while count > 0:
            found = self._ask({"last": min(count, self.page_size), "before": before})
            pages.append([ConsoleLine.of(line) for line in found.lines])
            count -= len(found.lines)
            before = found.start_cursor
            if not found.has_previous_page or before is None:
                break
        return [line for page in reversed(pages) for line in page]

    def _fetch_page(self, size: int, after: str | None) -> Page[ConsoleLine]:
        found = self._ask({"first": size, "after": after})
        lines = [ConsoleLine.of(line) for line in found.lines]
        return Page(lines, found.page_info.has_next_page, found.page_info.end_cursor)

    def _ask(self, place: dict[str, Any]) -> FoundLines:
        answer = self._transport.execute(
            LIST_CONSOLE_LINES, {**variables_of(self._path), **self._choice.variables, **place}
        )
        project = present_project(answer.project, str(self._path.entity), self._path.project)
        return present_run(project.run, self._path).console_lines


class ConsoleFollower:
    """Lines of a run as they are written, until it has ended; a line that is written again comes again.

    It begins with the `last` lines (None: with all that there are), and asks every `poll_s` seconds.
    """

    def __init__(
        self, transport: Transport, path: RunPath, *, last: int | None, poll_s: float, strip_ansi: bool
    ) -> None:
        if last is not None and not 0 <= last <= FOLLOWED_MAX:
            raise ValueError(f"last is {last}; allowed: 0 to {FOLLOWED_MAX}")
        if poll_s < POLL_S_MIN:
            raise ValueError(f"poll_s is {poll_s}; allowed: {POLL_S_MIN} or more")
        self._transport = transport
        self._path = path
        self._last = last
        self._poll_s = poll_s
        self._strip_ansi = strip_ansi

    def __iter__(self) -> Iterator[ConsoleLine]:
        place: dict[str, Any] = {"first": FOLLOWED_PAGE} if self._last is None else {"last": self._last}
        while True:
            variables = {**variables_of(self._path), "stripAnsi": self._strip_ansi, **place}
            answer = self._transport.execute(FOLLOW_CONSOLE, variables)
            # The server reads the state before the lines: those of a run that has ended are all.
            project = present_project(answer.project, str(self._path.entity), self._path.project)
            run = present_run(project.run, self._path)
            for line in run.console_changes.lines:
                yield ConsoleLine.of(line)
            page = run.console_changes.page_info
            place = {"first": FOLLOWED_PAGE, "after": page.end_cursor}
            if not page.has_next_page:
                if run.state not in LIVING_STATES:
                    return
                sleep(self._poll_s)
