"""History in the forms that the W&B SDK asks for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.errors import AppError
from runfolio_server.history.keys import KeySummary
from runfolio_server.history.sample import sample
from runfolio_server.history.scan import scan
from runfolio_server.sql.pool import Connection

# The SDK asks for windows of at most 1,000 steps unless told; a step may repeat.
WINDOW_ROWS_MAX = 100_000
PAGE_ROWS = 10_000
SPEC_KEYS_MAX = 1000
SPEC_SAMPLES_MAX = 100_000


async def history_window(
    connection: Connection,
    run_id: UUID,
    *,
    keys: Sequence[str] | None,
    min_step: int | None,
    max_step: int | None,
) -> list[str]:
    """Every row of a step range (`max_step` left out), never thinned: the SDK counts on that."""
    rows: list[str] = []
    after = None
    while True:
        page = await scan(
            connection,
            run_id,
            "history",
            keys=None if keys is None else list(keys),
            min_step=min_step,
            max_step=max_step,
            after=after,
            limit=PAGE_ROWS,
        )
        rows += page.rows
        if not page.has_next:
            return rows
        if len(rows) >= WINDOW_ROWS_MAX:
            raise AppError(f"More than {WINDOW_ROWS_MAX} rows in steps {min_step} to {max_step}; ask for fewer steps.")
        after = page.end


async def sample_of_spec(connection: Connection, run_id: UUID, spec_text: str) -> list[Any]:
    """The rows of one spec of sampledHistory: {"keys", "samples", "minStep", "maxStep"}, maxStep inclusive."""
    spec = _spec(spec_text)
    keys = list(dict.fromkeys(spec.get("keys") or [])) or None
    min_step, last_step = spec.get("minStep"), spec.get("maxStep")
    if min_step is not None or last_step is not None:
        past_last = None if last_step is None else last_step + 1
        if past_last is not None and min_step is not None and spec.get("samples"):
            # SDKs up to 0.26, which never ask for `_step`, mean the step behind the last, and would be given its row
            # twice; newer ones ask for just as many samples as there are steps.
            past_last = min(past_last if STEP_KEY in (keys or ()) else past_last - 1, min_step + spec["samples"])
        rows = await history_window(connection, run_id, keys=keys, min_step=min_step, max_step=past_last)
    else:
        samples = spec.get("samples") or 500
        x_axis = keys[0] if keys else "_step"
        rows = await sample(connection, run_id, "history", keys=keys, x_axis=x_axis, samples=samples)
    return [wire_value(json_text.parse(row.encode())) for row in rows]


def wire_value(value: Any) -> Any:
    """A value for the JSON scalar, where the SDK's Go half accepts no NaN: non-finite numbers as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: wire_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [wire_value(item) for item in value]
    return value


def key_table(keys: Sequence[KeySummary], last_step: float | None) -> dict[str, object]:
    """historyKeys: which keys there are; SDKs read lastStep of it."""
    return {
        "lastStep": -1 if last_step is None else int(last_step),
        "sets": [],
        "keys": {
            key.name: {
                "typeCounts": [{"type": "number" if key.number_count else "json", "count": key.count}],
                "monotonic": False,
            }
            for key in keys
        },
    }


def _spec(text: str) -> dict[str, Any]:
    try:
        spec = json_text.parse(text.encode("utf-8", "backslashreplace"))
    except ValueError as error:
        raise AppError(f"A spec is not valid JSON: {error}", path="specs") from error
    if not isinstance(spec, dict):
        raise AppError("A spec must be an object with keys and samples.", path="specs")
    keys = spec.get("keys")
    if keys is not None and (
        not isinstance(keys, list) or len(keys) > SPEC_KEYS_MAX or not all(isinstance(key, str) for key in keys)
    ):
        raise AppError(f"keys must be a list of at most {SPEC_KEYS_MAX} strings", path="specs.keys")
    for name, lowest, highest in (
        ("samples", 1, SPEC_SAMPLES_MAX),
        ("minStep", -(2**62), 2**62),
        ("maxStep", -(2**62), 2**62),
    ):
        number = spec.get(name)
        if number is not None and (type(number) is not int or not lowest <= number <= highest):
            raise AppError(
                f"{name} is {number!r:.60}; allowed: an integer from {lowest} to {highest}", path=f"specs.{name}"
            )
    return spec
