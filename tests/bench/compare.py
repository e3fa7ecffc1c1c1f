"""Benchmarks in two checkouts, in turn: `python -m tests.bench.compare OTHER list-page ingest --pairs 7`.

OTHER is another checkout with a virtual environment of its own in `.venv`. A pair is one run there (before) and one
here (after), one straight after the other, so that both meet the same machine. Printed are the medians of the pairs:
of the processor time of everything that a run started, PostgreSQL included, and of every figure that it printed, with
the spread of the pairs' own differences. A difference whose spread has 0 in it is none.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
"""prctl(2): children whose parents have ended, such as a postmaster, become ours to wait for."""
FIGURE = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?=\s*(ms|s\b|×|bytes|points/s|MB|kB|in\b))")
PROCESSOR_TIME = "processor time of the whole run, s"

Figures = dict[str, float]


def main() -> None:
    """Run the pairs, printing as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path, help="the checkout to compare with")
    parser.add_argument("names", nargs="+", help="benchmarks, see python -m tests.bench")
    parser.add_argument("--pairs", type=int, default=7)
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for name in options.names:
        pairs: list[tuple[Figures, Figures]] = []
        for number in range(options.pairs):
            before = measured(options.other, options.other / ".venv" / "bin" / "python", name)
            after = measured(Path.cwd(), Path(sys.executable), name)
            pairs.append((before, after))
            print(f"{name} {number + 1}/{options.pairs}", file=sys.stderr, flush=True)
        print(f"{name}, medians of {options.pairs} pairs: before, after, difference (its least … greatest in a pair)")
        for line in report(pairs):
            print(f"  {line}", flush=True)


def measured(checkout: Path, python: Path, name: str) -> Figures:
    """The figures of one run. Raises CalledProcessError when it fails."""
    before = _children_s()
    run = subprocess.run(
        [python, "-m", "tests.bench", name], cwd=checkout, check=True, stdout=subprocess.PIPE, text=True
    )
    _reap()
    return {PROCESSOR_TIME: _children_s() - before, **figures(run.stdout)}


def figures(output: str) -> Figures:
    """Every number with a unit, by the words of its line."""
    found: Figures = {}
    for line in output.splitlines():
        # The same words in every run, however wide its numbers are.
        words = " ".join(re.sub(r"\d[\d,.]*", "#", line).split())[:60]
        for place, match in enumerate(FIGURE.finditer(line)):
            found[f"{words} [{place + 1}, {match[1]}]"] = float(match[0].replace(",", ""))
    return found


def report(pairs: list[tuple[Figures, Figures]]) -> Iterator[str]:
    """A line for each figure that all runs printed."""
    for label in pairs[0][0]:
        if not all(label in before and label in after for before, after in pairs):
            continue
        befores, afters = ([pair[side][label] for pair in pairs] for side in (0, 1))
        if not all(befores):
            continue
        differences = [100 * (after / before - 1) for before, after in zip(befores, afters, strict=True)]
        yield (
            f"{statistics.median(befores):10.2f} {statistics.median(afters):10.2f}"
            f" {statistics.median(differences):+7.1f} % ({min(differences):+.1f} … {max(differences):+.1f})   {label}"
        )


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap() -> None:
    """Wait for what the run left to us, so that its time is counted."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


if __name__ == "__main__":
    main()
