"""History in the forms that the W&B SDK asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from runfolio_server.answer_budget import Reading, WeighedDict, WeighedList, Weight
from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.errors import AppError
from runfolio_server.graph.limits.cost import KEYS_ASSUMED, Cost, key_count, number, range_of, values_cost
from runfolio_server.heavy_threads import in_thread_if
from runfolio_server.history.reading.keys import KeySummary
from runfolio_server.history.reading.sample import sample
from runfolio_server.history.reading.scan import scan
from runfolio_server.sql.pool import Database

# The SDK asks for windows of at most 1,000 steps unless told; a step may repeat.
WINDOW_ROWS_MAX = 100_000
PAGE_ROWS = 10_000
SPECS_MAX = 100
SPEC_KEYS_MAX = 1000
SAMPLES_MAX = 100_000
"""A sample is never larger. More may be asked for: it is also the size of a page, which callers choose."""
SPEC_CHARACTERS_MAX = 500_000
SAMPLES_DEFAULT = 500
SAMPLE_COST = 15_000
"""To look at all rows of a run for a sample, however small: a tenth of a second for 100,000. The most specs fit."""
ROW_COST = 4
"""Of a row of a spec, which is written, parsed and looked through, beside its values."""
# Of rows as JSON: to parse them and look at every value takes some milliseconds for each hundred thousand.
VALUES_BYTES_IN_LOOP = 32 * 1024


async def history_window(
    database: Database,
    run_id: UUID,
    *,
    keys: Sequence[str] | None,
    min_step: int | None,
    max_step: int | None,
    reading: Reading,
) -> list[str]:
    """Every row of a step range (`max_step` left out), never thinned: the SDK counts on that."""
    rows: list[str] = []
    after = None
    while True:
        await reading.may_go_on()
        page = await scan(
            database,
            run_id,
            "history",
            keys=None if keys is None else list(keys),
            min_step=min_step,
            max_step=max_step,
            after=after,
            limit=PAGE_ROWS,
        )
        rows += page.rows
        reading.take_texts(page.rows)
        if not page.has_next:
            return rows
        if len(rows) >= WINDOW_ROWS_MAX:
            raise AppError(
                f"More than {WINDOW_ROWS_MAX} rows in steps {min_step} to {max_step}; ask for fewer steps (page_size)."
            )
        after = page.end


async def sample_of_spec(database: Database, run_id: UUID, spec_text: str, reading: Reading) -> WeighedList:
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
        rows = await history_window(database, run_id, keys=keys, min_step=min_step, max_step=past_last, reading=reading)
    else:
        await reading.may_go_on()
        samples = min(spec.get("samples") or SAMPLES_DEFAULT, SAMPLES_MAX)
        x_axis = keys[0] if keys else "_step"
        rows = await sample(database, run_id, "history", keys=keys, x_axis=x_axis, samples=samples, reading=reading)
    weight = await in_thread_if(sum(map(len, rows)) > VALUES_BYTES_IN_LOOP, _weight, rows)
    # The rows themselves were taken as texts.
    reading.take(0, weight.values - len(rows))
    # The SDK's Go half accepts no NaN.
    found = await in_thread_if(weight.size > VALUES_BYTES_IN_LOOP, _strict_values, rows)
    return WeighedList(found, weight)


def _weight(rows: Sequence[str]) -> Weight:
    """What these rows weigh; a comma in a text counts as a value, which is quicker than to look for the others."""
    return Weight(sum(map(len, rows)), 1 + sum(2 + row.count(",") for row in rows))


def _strict_values(rows: Sequence[str]) -> list[Any]:
    return [json_text.to_strict_value(json_text.parse(row.encode())) for row in rows]


KEY_WEIGHT = Weight(60, 8)
"""Of an entry of historyKeys beside its name."""


def key_table_weight(keys: Sequence[KeySummary]) -> Weight:
    """What key_table will weigh, about: said before it is made."""
    size, values = KEY_WEIGHT
    return Weight(sum(len(key.name) + size for key in keys), 4 + len(keys) * values)


def key_table(keys: Sequence[KeySummary], last_step: float | None) -> WeighedDict:
    """historyKeys: which keys there are. SDKs read lastStep of it, and `wandb verify` the last value of numbers."""
    table = {
        "lastStep": -1 if last_step is None else int(last_step),
        "sets": [],
        "keys": {
            key.name: {
                "typeCounts": [{"type": "number" if key.number_count else "json", "count": key.count}],
                "monotonic": False,
                **_previous_value(key),
            }
            for key in keys
        },
    }
    return WeighedDict(table, key_table_weight(keys))


def _previous_value(key: KeySummary) -> dict[str, object]:
    if not key.number_count or key.last is None:
        return {}
    return {"previousValue": json_text.to_strict_value(json_text.parse(key.last.encode()))}


def window_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of Run.history, with a range of steps or samples."""
    return Cost(values_cost(_rows(arguments), KEYS_ASSUMED))


def specs_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of Run.sampledHistory; what is refused costs nothing."""
    texts = arguments["specs"]
    if len(texts) > SPECS_MAX:
        return Cost()
    cost = 0
    for text in texts:
        try:
            spec = _spec(text)
        except AppError:
            continue
        rows = _rows(spec)
        if spec.get("minStep") is not None and spec.get("maxStep") is not None:
            rows = min(rows, number(spec, "samples", rows))
        if spec.get("minStep") is None and spec.get("maxStep") is None:
            cost += SAMPLE_COST
        cost += values_cost(rows, key_count(spec)) + max(0, rows) * ROW_COST
    return Cost(cost)


def _rows(arguments: Mapping[str, Any]) -> int:
    """At most: of a range every row is answered, and with an open end that may be all."""
    if arguments.get("minStep") is None and arguments.get("maxStep") is None:
        return min(number(arguments, "samples", SAMPLES_DEFAULT), SAMPLES_MAX)
    return range_of(arguments, WINDOW_ROWS_MAX)


def _spec(text: str) -> dict[str, Any]:
    if len(text) > SPEC_CHARACTERS_MAX:
        raise AppError(f"A spec has {len(text)} characters; allowed: {SPEC_CHARACTERS_MAX}", path="specs")
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
        ("samples", 1, 2**62),
        ("minStep", -(2**62), 2**62),
        ("maxStep", -(2**62), 2**62),
    ):
        number = spec.get(name)
        if number is not None and (type(number) is not int or not lowest <= number <= highest):
            raise AppError(
                f"{name} is {number!r:.60}; allowed: an integer from {lowest} to {highest}", path=f"specs.{name}"
            )
    return spec
