"""A key of a run's history, as the client shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runfolio._core import json_text
from runfolio._generated import MetricKeyFields


@dataclass(frozen=True, slots=True)
class MetricKey:
    """What is known of a key without reading its values.

    `kind` is `number`, `json` (anything else) or `mixed`; `count` rows have it, at steps from `first_step` to
    `last_step` (inclusive); `low` and `high` bound its finite numbers, None when it has none; `last_value` is None when
    it is long.
    """

    name: str
    kind: str
    count: int
    first_step: float
    last_step: float
    low: float | None
    high: float | None
    last_value: Any

    @classmethod
    def of(cls, fields: MetricKeyFields) -> MetricKey:
        """The key of an answer."""
        last = fields.last_value
        return cls(
            fields.name,
            fields.kind,
            fields.count,
            fields.first_step,
            fields.last_step,
            fields.low,
            fields.high,
            None if last is None else json_text.parse(last),
        )
