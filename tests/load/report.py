"""What a load has found, as a table to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import quantiles

from tests.bench.whole_server import MB
from tests.load.honest import OPERATIONS, Measures
from tests.load.hostile import ATTACKS, Met
from tests.load.unfair import PHASES, Found

MEMORY_AIM_MB = 600
RATIO_AIM = 2
FAILURES_SHOWN = 10


def report(found: Found) -> str:
    """The table."""
    return "\n".join([*_operations(found), "", *_attacks(found), "", *_rest(found)])


def _operations(found: Found) -> Iterator[str]:
    without, with_him = (found.measures[phase] for phase in PHASES)
    aim = f"aim: ≤ {RATIO_AIM}"
    yield f"{'milliseconds':12}{'without him':>26}{'with him':>30}{'p99 with/without':>20}"
    yield f"{'':12}{'count':>8}{'p50':>9}{'p99':>9}{'count':>12}{'p50':>9}{'p99':>9}{aim:>20}  asked again"
    for operation in OPERATIONS:
        one, other = without[operation], with_him[operation]
        (p50, p99), (p50_with, p99_with) = _percentiles(one.seconds), _percentiles(other.seconds)
        again = ", ".join(
            f"{count} × {status}" for status, count in sorted((one.asked_again + other.asked_again).items())
        )
        yield (
            f"{operation:12}{len(one.seconds):8}{p50:9.1f}{p99:9.1f}{len(other.seconds):12}{p50_with:9.1f}"
            f"{p99_with:9.1f}{p99_with / p99:20.1f}  {again or '–'}"
        )


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The 50th and the 99th, in milliseconds."""
    if len(seconds) < 2:
        return (float("nan"), float("nan"))
    cuts = quantiles(seconds, n=100, method="inclusive")
    return cuts[49] * 1000, cuts[98] * 1000


def _attacks(found: Found) -> Iterator[str]:
    """Each attack, those first beside which the honest waited longest."""
    if not found.met:
        return
    waited = {name: _beside(each, found.measures["with him"]) for name, each in found.met.items()}
    yield f"{'':65}{'all honest beside it, ms':>30}"
    yield f"{'attack':48}{'times':>6}{'longest s':>11}{'count':>8}{'p50':>9}{'p99':>9}{'largest MB':>12}  answers"
    for name, each in sorted(found.met.items(), key=lambda item: -max(waited[item[0]], default=0.0)):
        answers = ", ".join(f"{count} × {answer}" for answer, count in sorted(each.answers.items()))
        p50, p99 = _percentiles(waited[name])
        yield (
            f"{name:48}{each.times:6}{each.longest_s:11.2f}{len(waited[name]):8}{p50:9.1f}{p99:9.1f}"
            f"{each.largest_bytes / MB:12.1f}  {answers}"
        )


def _beside(met: Met, measures: Measures) -> list[float]:
    """Seconds of what the honest had under way at some time of an attack."""
    return [
        seconds
        for measured in measures.values()
        for begin, seconds in zip(measured.begun, measured.seconds, strict=True)
        if any(begin < past and first < begin + seconds for first, past in met.spans)
    ]


def _rest(found: Found) -> Iterator[str]:
    for phase in PHASES:
        peak = found.memory[phase]
        parts = ", ".join(f"{kind} {size / MB:.0f}" for kind, size in sorted(peak.highest.items()))
        yield f"memory {phase}, MB (PSS): {peak.server / MB:.0f} at most together (aim: {MEMORY_AIM_MB}); each: {parts}"
    counts = ", ".join(f"{found.stalls[phase]} {phase}" for phase in PHASES)
    longest = "not told in less than a minute" if found.longest_stall_s is None else f"{found.longest_stall_s:.3f} s"
    yield f"stalls of an event loop over 0.1 s: {counts}; the longest: {longest}"
    untried = [attack.name for attack in ATTACKS if found.met and attack.name not in found.met]
    if untried:
        yield f"not tried, for want of time: {', '.join(untried)}"
    if found.left_over:
        yield f"{found.left_over} phases without him began before all of his requests were answered"
    yield f"failed requests of the honest: {len(found.failures)}"
    yield from (f"  {failure}" for failure in found.failures[:FAILURES_SHOWN])
    yield f"{found.lines} lines of the honest read back: {len(found.problems)} problems"
    yield from (f"  {problem}" for problem in found.problems)
