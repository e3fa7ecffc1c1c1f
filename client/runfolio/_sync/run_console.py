# Made from _async/run_console.py by client/unasync.py; do not edit.
"""What a run prints: read, searched, followed and downloaded. A part of run.py."""

from __future__ import annotations

import os
from pathlib import Path

from runfolio._sync.connected_run import ConnectedRun
from runfolio._sync.console import ConsoleFollower, ConsoleLines
from runfolio._core.console_choice import ConsoleChoice
from runfolio._core.paths import url_of
from runfolio._core.receiving import PartialFile, Receiving, free_place


class RunConsole(ConnectedRun):
    """What there is to read of a run's output."""

    def console_lines(
        self,
        page_size: int = 1000,
        *,
        first: int | None = None,
        last: int | None = None,
        min_number: int | None = None,
        max_number: int | None = None,
        search: str | None = None,
        regex: str | None = None,
        strip_ansi: bool = False,
    ) -> ConsoleLines:
        """What it printed, loaded as you go through it: all lines, or the first or last so many.

        Only those with numbers from `min_number` up to, not including, `max_number`; that contain the text `search`;
        that match the RE2 pattern `regex` somewhere. `strip_ansi`: without what steers a terminal, such as colours,
        which is never searched.
        """
        choice = ConsoleChoice(first, last, min_number, max_number, search, regex, strip_ansi)
        return ConsoleLines(self._transport, self._path, page_size, choice)

    def follow_console(
        self, last: int | None = 10, *, poll_s: float = 1.0, strip_ansi: bool = False
    ) -> ConsoleFollower:
        """The last lines, and then each line as it is written, until the run has ended.

        A line that is written again, as progress bars are, comes again under the same number. `last` is 0 to 10,000,
        None: all lines; `poll_s` is how often the server is asked, at least 0.1.
        """
        return ConsoleFollower(self._transport, self._path, last=last, poll_s=poll_s, strip_ansi=strip_ansi)

    def download_console(
        self, path: str | os.PathLike[str], *, replace: bool = False, strip_ansi: bool = False
    ) -> Path:
        """Write all that it printed to a file, as UTF-8 text, and return its path; it is there whole or not at all.

        Raises FileExistsError when it is there already, unless `replace`.
        """
        target = free_place(path, replace=replace)
        place = (str(self._path.entity), self._path.project, self._path.run)
        url = url_of(self._transport.base_url, "export", *place, "console.txt")
        parameters = [("strip_ansi", "true" if strip_ansi else "false")]
        with PartialFile(target) as partial:
            self._transport.fetch_table(url, parameters, Receiving(target.name, None, partial.stream))
            partial.keep()
        return target
