"""Run benchmarks by name: `python -m tests.bench list-page`; without a name, tell which there are.

A benchmark is a module with `main()`, which prints figures with units and their ratio to a floor measured in the same
run. Nothing is asserted about time.
"""

from __future__ import annotations

import sys
from importlib import import_module

# Name → module of this package, and what it measures.
BENCHES: dict[str, tuple[str, str]] = {
    "find-runs": ("find_runs", "A page of 5,000 runs by filter and order, against one SQL statement"),
    "growth": ("growth", "Pages, counts, groups and facets at 1,000 to 1,000,000 runs in one project"),
    "history-read": ("history_read", "History as DataFrames, against binary SELECT; bytes a point"),
    "ingest": (
        "ingest",
        "W1, W2, W6: logging one long run, many runs, from many clients, against COPY and an echo; bytes a point",
    ),
    "list-page": ("list_page", "GraphQL pages of 1,000 runs, flat and nested, against fetch + orjson"),
    "long-history": ("long_history", "10 million steps, and 5,000 keys: written, compacted, read; memory"),
    "memory": ("memory", "The most memory that a whole server takes while it does W1 to W6"),
    "processes": ("processes", "Batches and pages a second with one process of the API and with two"),
    "scale": ("scale", "Pages, filters, counts, groups, facets, keys and tables at up to 1,000,000 runs, against SQL"),
    "small-files": ("small_files", "10,000 small files of one artifact up and down, against loops of PUTs and GETs"),
    "whole-project": ("whole_project", "5,000 runs as a DataFrame, against asyncpg + orjson + DataFrame"),
}


def main(names: list[str]) -> int:
    """Run these benchmarks, or `all`; the exit status."""
    chosen = list(BENCHES) if names == ["all"] else names
    unknown = [name for name in chosen if name not in BENCHES]
    if unknown or not chosen:
        if unknown:
            print(f"Unknown: {', '.join(unknown)}.", file=sys.stderr)
        print("Usage: python -m tests.bench NAME… | all")
        for name, (_, purpose) in BENCHES.items():
            print(f"  {name:12} {purpose}")
        return 2 if unknown else 0
    for name in chosen:
        import_module(f"tests.bench.{BENCHES[name][0]}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
