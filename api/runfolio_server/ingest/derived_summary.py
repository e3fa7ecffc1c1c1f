"""The summary of a run whose client leaves it to the server: the last value of each key, and what its metrics ask for.

Called by endpoints/file_stream.py, for those who ask for it alone; others pay nothing. The batch is stored before this
begins, and what metrics come to is read from the stored history: a repeat makes the same summary again, and so does one
that follows a kill between the two. Rows that are older than the summary's step change no plain value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeAlias
from uuid import UUID

from runfolio_server.domain import json_text
from runfolio_server.domain.document_merge import merged
from runfolio_server.domain.history_line import MEDIA_KEY, STEP_KEY
from runfolio_server.heavy_threads import in_thread
from runfolio_server.history.reading.keys import KeySummary, list_keys
from runfolio_server.history.reading.metric import summarise_metric, value_at
from runfolio_server.ingest.batch import Batch
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.change import UPDATE_RUN, change_values
from runfolio_server.sql.runs.documents import REMEMBER_DOCUMENT, SELECT_SENT_DOCUMENT
from runfolio_server.sql.runs.runs import LOCK_DOCUMENTS, SELECT_DOCUMENTS

STREAM = "history"
RUNTIME_KEY = "_runtime"
TIMESTAMP_KEY = "_timestamp"
# Means and first values are read from the history; the others stand beside its data.
KEYS_READ_MAX = 500
"""Of a run; further keys go without both."""
NUMBERS_READ_MAX = 100_000
"""Of a key, while the run goes on: a longer one has the mean of its end only."""


@dataclass(frozen=True, slots=True)
class MetricRule:
    """What the summary has of the keys that are called so, or that a pattern with `*` matches.

    `kinds`: some of min, max, mean, best, last and first, each an entry of the key's object; none of them: the last
    value itself. `is_left_out`: nothing at all.
    """

    name: str
    is_pattern: bool
    kinds: frozenset[str]
    is_left_out: bool
    is_best_high: bool

    def covers(self, key: str) -> bool:
        """Whether the rule is for this key."""
        return fnmatchcase(key, self.name) if self.is_pattern else key == self.name


RulesOf: TypeAlias = Callable[[Mapping[str, Any]], list[MetricRule]]
"""Reads the rules in a config."""


def rule_of(rules: Sequence[MetricRule], key: str) -> MetricRule | None:
    """The rule for a key: one that names it counts more than a pattern, else the first."""
    covering = [rule for rule in rules if rule.covers(key)]
    return min(covering, key=lambda rule: rule.is_pattern, default=None)


def join_rows(
    summary: dict[str, Any], rows: Iterable[Mapping[str, Any]], rules: Sequence[MetricRule]
) -> dict[str, Any]:
    """The summary with the last value of each key that no rule says otherwise of. Objects are joined, media are not."""
    newest = _step(summary, -math.inf)
    is_kept: dict[str, bool] = {}
    for row in rows:
        step = _step(row, newest)
        if step < newest:
            continue
        newest = step
        for key in row.keys() - is_kept.keys():
            rule = rule_of(rules, key)
            is_kept[key] = rule is None or not (rule.kinds or rule.is_left_out)
        summary = _joined(summary, {key: value for key, value in row.items() if is_kept[key]})
    return summary


async def derive_summary(database: Database, run_id: UUID, batch: Batch, internal_key: str, rules_of: RulesOf) -> None:
    """Bring the stored summary up to the batch, which is stored. `rules_of` reads the rules in a config."""
    rows = [row for block in batch.blocks if block.stream == STREAM for row in block.rows if row]
    given = batch.summary.value if batch.summary is not None else {}
    if not rows and not given and batch.exit_code is None:
        return
    async with database.connection() as connection:
        found = await connection.row(SELECT_DOCUMENTS, run_id)
    if found is None:
        return
    rules = rules_of(json_text.parse(found.config_text.encode()))
    values, left_out = await values_of_rules(database, run_id, rules, is_end=batch.exit_code is not None)
    async with database.transaction() as connection:
        locked = await connection.row(LOCK_DOCUMENTS, run_id)
        if locked is None:
            return
        sent = None
        if batch.summary is not None:
            sent = await connection.row(SELECT_SENT_DOCUMENT, run_id, "summary", batch.writer)
            await connection.execute(REMEMBER_DOCUMENT, run_id, "summary", batch.writer, batch.summary.text)
        sent_text = "{}" if sent is None else sent.text

        def bring_up() -> tuple[str, str]:
            before = json_text.parse(locked.summary_text.encode())
            summary = join_rows(before, rows, rules)
            for key in left_out:
                # Its rule came after its rows. A value that is not like theirs is not of them: somebody has set it.
                if key.name in summary and _is_like(key, summary[key.name]):
                    del summary[key.name]
            summary = merged(summary, _known(given, json_text.parse(sent_text.encode()), before), given)
            # Joined: a mean that was not read this time stays.
            summary = _joined(summary, values)
            runtime = summary.get(RUNTIME_KEY)
            if isinstance(runtime, int | float) and math.isfinite(runtime):
                summary = _joined(summary, {internal_key: {"runtime": int(runtime)}})
            return json_text.dump(summary), json_text.to_jsonb(summary)

        text, jsonb = await in_thread(bring_up)
        if text != locked.summary_text:
            change = change_values({"summary": text, "summary_jsonb": jsonb})
            await connection.row(UPDATE_RUN, run_id, ["summary"], *change)


def _known(given: Mapping[str, Any], sent: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a document holds that nobody has set since: as the process sent it before, or as a resume found it.

    A process that takes up a run sends the summary that it was told with its own entries, and goes on to: such a
    document has a timestamp, by which the first of them is known. Others hold what somebody set, and a step.
    """
    timestamp = given.get(TIMESTAMP_KEY)
    if timestamp is None or timestamp == sent.get(TIMESTAMP_KEY):
        return dict(sent)
    return {key: stored[key] for key in given.keys() & stored.keys()}


async def values_of_rules(
    database: Database, run_id: UUID, rules: Sequence[MetricRule], *, is_end: bool
) -> tuple[dict[str, Any], list[KeySummary]]:
    """From the whole history: what the summary has of each key whose rule asks for more than the last value.

    And the keys that the summary is to be without.
    """
    found: dict[str, Any] = {}
    left_out: list[KeySummary] = []
    if not any(rule.kinds or rule.is_left_out for rule in rules):
        return found, left_out
    for key in (await list_keys(database, [run_id], STREAM))[run_id]:
        rule = rule_of(rules, key.name)
        if rule is None or not rule.kinds:
            left_out += [key] if rule is not None and rule.is_left_out else []
            continue
        found[key.name] = value = _value_beside_data(rule, key)
        if len(found) > KEYS_READ_MAX:
            continue
        if "first" in rule.kinds:
            value["first"] = await value_at(database, run_id, STREAM, key.name, key.first_step)
        if "mean" in rule.kinds and (is_end or key.value_count <= NUMBERS_READ_MAX):
            [metric] = await summarise_metric(database, [run_id], STREAM, key.name)
            value |= {} if metric.mean is None else {"mean": _number(metric.mean)}
    return found, left_out


def _value_beside_data(rule: MetricRule, key: KeySummary) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if "last" in rule.kinds and key.last is not None:
        value["last"] = json_text.parse(key.last.encode())
    bests = {"min": key.low, "max": key.high, "best": key.high if rule.is_best_high else key.low}
    return value | {kind: _number(best) for kind, best in bests.items() if kind in rule.kinds and best is not None}


def _is_like(key: KeySummary, value: Any) -> bool:
    """Whether the value may be one of the key's in the history."""
    if type(value) in (int, float) and key.low is not None and key.high is not None:
        return bool(key.low <= value <= key.high)
    return key.last is not None and bool(json_text.parse(key.last.encode()) == value)


def _number(value: float) -> float:
    """As the client writes it: without a fraction that is zero."""
    return int(value) if abs(value) < 2**53 and value.is_integer() else value


def _joined(into: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    joined = dict(into)
    for key, value in other.items():
        before = joined.get(key)
        if isinstance(before, dict) and isinstance(value, dict) and MEDIA_KEY not in before and MEDIA_KEY not in value:
            joined[key] = _joined(before, value)
        else:
            joined[key] = value
    return joined


def _step(row: Mapping[str, Any], otherwise: float) -> float:
    step = row.get(STEP_KEY)
    return step if isinstance(step, int | float) and math.isfinite(step) else otherwise
