"""The tests that take minutes, which `pytest` leaves out: `python -m tests.long`, with any options of pytest behind it.

They are marked `long` and stand beside the short ones of the same thing.
"""

from __future__ import annotations

import os
import sys

import pytest

VARIABLE = "RUNFOLIO_TEST_LONG"


def leave_out_unless_asked(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take the long tests out of those that were collected, but in a long run."""
    if os.environ.get(VARIABLE):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if not item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=left_out)


def main(options: list[str]) -> int:
    """Run them, one by one: what they measure is the machine's. The exit code."""
    os.environ[VARIABLE] = "1"
    return int(pytest.main(["-m", "long", "-n", "0", *options]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
