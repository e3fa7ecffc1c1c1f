"""How many requests were made and looked at, for the report of a long run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

EXAMPLES: Final = "RUNFOLIO_FUZZ_EXAMPLES"
COUNT_FILE: Final = "RUNFOLIO_FUZZ_COUNT"
WRITTEN_EACH: Final = 100


class Count:
    """A counter; in a long run it leaves its number in a file, since several processes count."""

    def __init__(self) -> None:
        self.count = 0

    def add(self) -> None:
        """One more."""
        self.count += 1
        directory = os.environ.get(COUNT_FILE)
        if directory and self.count % WRITTEN_EACH == 0:
            (Path(directory) / str(os.getpid())).write_text(str(self.count))


CASES: Final = Count()


def examples(of_each_run: int, share: float) -> int:
    """How many a test makes: few in each run of all tests, its share of those that a long run is told."""
    told = os.environ.get(EXAMPLES)
    return of_each_run if told is None else max(int(int(told) * share), 1)
