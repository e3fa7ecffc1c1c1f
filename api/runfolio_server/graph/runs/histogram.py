"""Histograms: of a field over all runs, and of a metric in each group of runs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import strawberry

from runfolio_server.graph.relay.scalars import Int64

BINS_DEFAULT = 20
BINS_MAX = 1000


@strawberry.type(description="A bin of a histogram.")
class HistogramBin:
    """One bin."""

    low: float = strawberry.field(description="Where it begins, inclusive.")
    high: float = strawberry.field(description="Where it ends; inclusive for the last bin only.")
    run_count: Int64 = strawberry.field(description="How many runs are in it.")


def histogram_bins(low: Decimal, high: Decimal, bins: int, counts: Mapping[int, int]) -> list[HistogramBin]:
    """Equally wide bins from `low` to `high`, counted by number from 0; one of no width when both are equal."""
    # Fractions: the width may be beyond floats, though no edge is.
    least, greatest = Fraction(low), Fraction(high)
    count = bins if greatest > least else 1
    edges = [float(least + (greatest - least) * number / count) for number in range(count + 1)]
    return [
        HistogramBin(low=edges[number], high=edges[number + 1], run_count=Int64(counts.get(number, 0)))
        for number in range(count)
    ]
