"""What a crowd has found: answers by status and user, how long they took, and what must not be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import quantiles

import httpx


@dataclass
class Stretch:
    """What came in one stretch: seconds of each answer by status, answers by user, and refusals without a time."""

    seconds: dict[int, list[float]] = field(default_factory=dict)
    by_user: Counter[str] = field(default_factory=Counter)
    health_s: list[float] = field(default_factory=list)
    untold: int = 0
    """Refusals that did not say when to come back."""
    broken: list[str] = field(default_factory=list)

    def take(self, user: str, response: httpx.Response, seconds: float) -> None:
        """Count one answer."""
        self.seconds.setdefault(response.status_code, []).append(seconds)
        if response.status_code == 200 and "errors" not in response.json():
            self.by_user[user] += 1
        elif response.status_code in (429, 503):
            self.untold += "Retry-After" not in response.headers
        else:
            self.broken.append(f"{response.status_code} {response.text[:300]}")

    @property
    def answers(self) -> int:
        """Of every status."""
        return sum(map(len, self.seconds.values()))

    @property
    def refusals(self) -> int:
        """Answers that say to come again."""
        return sum(len(self.seconds.get(status, ())) for status in (429, 503))

    def lines(self) -> list[str]:
        """As a table to read."""
        told = [
            f"  {status}: {len(found)}, p50 {_percentile(found, 50):.0f} ms, p99 {_percentile(found, 99):.0f} ms"
            for status, found in sorted(self.seconds.items())
        ]
        if self.by_user:
            told.append(f"  of one user from {min(self.by_user.values())} to {max(self.by_user.values())} answers")
        health = f"p50 {_percentile(self.health_s, 50):.1f} ms, longest {max(self.health_s, default=0) * 1000:.1f} ms"
        return [*told, f"  /healthz and /readyz: {len(self.health_s)} answers, {health}"]


@dataclass
class CrowdFound:
    """What a crowd has found; well when nothing is `wrong`."""

    busy: Stretch = field(default_factory=Stretch)
    beyond: Stretch = field(default_factory=Stretch)
    again: Stretch = field(default_factory=Stretch)
    connections: list[int] = field(default_factory=list)
    """Of PostgreSQL: before, and afterwards; and those of the latter that are not idle."""

    @property
    def wrong(self) -> list[str]:
        """What must not be."""
        stretches = {"busy": self.busy, "beyond capacity": self.beyond, "afterwards": self.again}
        found = [f"{name}: {text}" for name, stretch in stretches.items() for text in stretch.broken[:5]]
        found += [f"{name}: {one.untold} refusals without Retry-After" for name, one in stretches.items() if one.untold]
        if self.connections[2]:
            found.append(f"{self.connections[2]} connections are at work for nobody")
        return found

    def text(self) -> str:
        """All of it, to read."""
        before, after, at_work = self.connections
        return "\n".join(
            [
                "everybody lists runs:",
                *self.busy.lines(),
                "every connection for reading is held:",
                *self.beyond.lines(),
                "afterwards each asks once more, until it is answered:",
                *self.again.lines(),
                f"connections to PostgreSQL: {before} before, {after} afterwards, of which {at_work} are at work",
                *self.wrong,
            ]
        )


def _percentile(seconds: list[float], percent: int) -> float:
    """In milliseconds."""
    return quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000 if len(seconds) > 1 else float("nan")
