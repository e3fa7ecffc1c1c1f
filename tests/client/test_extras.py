"""Each extra of a table library brings all that the library's tables need, with no library that it does not bring."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.client.test_history_stream import WHOLE

LIBRARIES = {"numpy", "pandas", "polars", "pyarrow"}
EXTRAS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["optional-dependencies"]
# Histories, runs, and columns that are logged, of which some have gaps.
USE = """
import sys
for name in sys.argv[2:]:
    sys.modules[name] = None
from runfolio import HistoryTable
from runfolio import frames
from runfolio._core.arrow_stream import ArrowStream

stream = ArrowStream("http://server.example.org/export")
stream.write(sys.stdin.buffer.read())
table = getattr(HistoryTable(stream), f"to_{sys.argv[1]}")()
runs = getattr(frames, f"runs_{sys.argv[1]}")({"id": ["a", "b"], "config.lr": [0.1, None], "config.x": [[1], "x"]})
some = "select" if sys.argv[1] == "arrow" else "__getitem__"
counts = [
    frames.columns_to_log(getattr(data, some)(names))[1]
    for data, names in ((table, ["_step", "loss", "flag"]), (runs, ["config.lr"]))
]
print(*counts)
"""


def brought_by(extra: str) -> set[str]:
    """Every package that is installed with this extra of ours, by name."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in EXTRAS[extra]]
    while waiting:
        wanted = waiting.pop()
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        if wanted.name == "runfolio":
            waiting += [Requirement(text) for inner in wanted.extras for text in EXTRAS[inner]]
        elif wanted.name not in found:
            found.add(wanted.name)
            waiting += [Requirement(text) for text in metadata.requires(wanted.name) or []]
    return found


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow"])
def test_an_extra_is_enough_for_the_tables_of_its_library(library: str) -> None:
    others = sorted(LIBRARIES - brought_by(library))

    used = subprocess.run([sys.executable, "-c", USE, library, *others], input=WHOLE, capture_output=True, check=False)

    assert (0, b"3 2\n") == (used.returncode, used.stdout), used.stderr.decode()
