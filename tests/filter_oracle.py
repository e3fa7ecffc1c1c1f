"""The documented rules of filters and order once more, in memory, on plain Python values: what PostgreSQL is held to.

Independent of runfolio_server.filters: it reads the JSON of a filter, not its tree.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

MISSING: Any = object()
LIMIT = Decimal("1e309")

Json = Any


@dataclass(frozen=True)
class RunDocument:
    """A run as a reader sees it: `config` is unwrapped; missing columns are not in `columns`."""

    run_id: str
    columns: dict[str, Any]
    config: dict[str, Json]
    summary: dict[str, Json]


def evaluate(filters: Json, run: RunDocument) -> bool:
    """Whether the run passes."""
    if filters is None:
        return True
    return all(_entry(name, operand, run) for name, operand in filters.items())


def sorted_ids(order: str, runs: list[RunDocument]) -> list[str]:
    """The ids of the runs in this order; keys here never contain commas."""
    keys = [(part[1:], part[0] == "-") if part[0] in "+-" else (part, False) for part in order.split(",")]
    if all(name not in ("created_at", "createdAt") for name, _ in keys):
        keys.append(("created_at", keys[-1][1]))

    def compare(left: RunDocument, right: RunDocument) -> int:
        for name, is_descending in keys:
            found = _compare_missing_last(_sorted_by(name, left), _sorted_by(name, right), is_descending)
            if found:
                return found
        found = (left.run_id > right.run_id) - (left.run_id < right.run_id)
        return -found if keys[-1][1] else found

    return [run.run_id for run in sorted(runs, key=cmp_to_key(compare))]


def lookup(name: str, run: RunDocument) -> Any:
    """The value of a field, MISSING where the run has none."""
    if match := re.fullmatch(r"(config|summary_metrics|summaryMetrics|summary)([.\[].*)", name, re.DOTALL):
        is_config = match[1] == "config"
        return _inside(run.config if is_config else run.summary, match[2], is_config=is_config)
    if match := re.fullmatch(r"(?:keys_info|keysInfo)\.keys([.\[].*)", name, re.DOTALL):
        return MISSING if _inside(run.summary, match[1], is_config=False) is MISSING else True
    if name.startswith("tags."):
        return True if name[5:] in run.columns["tags"] else MISSING
    if name in ("_step", "_runtime", "_timestamp", "_absolute_runtime"):
        return clean(run.summary[name]) if name in run.summary else MISSING
    snake = re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name)
    column = {"group_name": "group", "sweep_name": "sweep", "commit_hash": "commit", "username": "user"}.get(
        snake, snake
    )
    if column == "duration":
        end = run.columns.get("finished_at") or run.columns["heartbeat_at"]
        delta = end - run.columns["created_at"]
        return Decimal(delta.days * 86400 + delta.seconds) + Decimal(delta.microseconds) / 1_000_000
    found = run.columns.get(column, MISSING)
    return MISSING if found == [] else found


def clean(value: Json) -> Json:
    """The value as filters see it: no NUL, and the spelling of non-finite numbers read as such."""
    if isinstance(value, str):
        return value.replace("\0", "\u2400")
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        if list(value) == ["$number"] and value["$number"] in ("NaN", "Infinity", "-Infinity"):
            return float(value["$number"])
        return {clean(key): clean(item) for key, item in value.items()}
    return value


def _entry(name: str, operand: Json, run: RunDocument) -> bool:
    filters = [item for item in operand if item is not None] if isinstance(operand, list) else []
    if name == "$and":
        return all(evaluate(item, run) for item in filters)
    if name == "$or":
        return not filters or any(evaluate(item, run) for item in filters)
    if name == "$nor":
        return not any(evaluate(item, run) for item in filters)
    if name == "$not":
        return not evaluate(operand, run)
    return _field(name, lookup(name, run), operand)


def _field(name: str, value: Any, operand: Json) -> bool:
    if not (isinstance(operand, dict) and any(key.startswith("$") for key in operand)):
        operand = {"$eq": operand}
    return all(_operator(name, value, operator, item) for operator, item in operand.items())


def _operator(name: str, value: Any, operator: str, operand: Json) -> bool:
    if operator == "$not":
        return not _field(name, value, operand)
    if operator == "$ne":
        return not _operator(name, value, "$eq", operand)
    if operator == "$nin":
        return not _operator(name, value, "$in", operand)
    if operator == "$in":
        return any(_operator(name, value, "$eq", item) for item in operand)
    if operator == "$all":
        return all(_operator(name, value, "$eq", item) for item in operand)
    if operator == "$exists":
        return (value is not MISSING) is operand
    if operator == "$eq":
        return _matches(name, value, operand)
    if operator == "$size":
        items = [] if name == "tags" and value is MISSING else value
        return isinstance(items, list) and len(items) == operand
    texts = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
    if operator == "$regex":
        return any(re.search(operand, text, re.ASCII) for text in texts)
    if operator == "$contains":
        return any(clean(operand) in text for text in texts)
    if value is MISSING:
        return False
    left, right = _comparable(value), _comparable(_time(operand) if isinstance(value, datetime) else clean(operand))
    if type(left) is not type(right) or left is None:
        return False
    return bool({"$gt": left > right, "$gte": left >= right, "$lt": left < right, "$lte": left <= right}[operator])


def _matches(name: str, value: Any, operand: Json) -> bool:
    if operand is None:
        return value is MISSING or value is None
    if value is MISSING:
        return name == "tags" and operand == []
    if isinstance(value, datetime):
        time = _time(operand)
        # What is printed is found.
        return time == (value if time and time.microsecond else value.replace(microsecond=0))
    operand = clean(operand)
    if name == "tags" and isinstance(operand, list):
        return set(value) == set(operand)
    return _equal(value, operand) or (isinstance(value, list) and any(_equal(item, operand) for item in value))


def _equal(left: Json, right: Json) -> bool:
    if _is_number(left) and _is_number(right):
        return _number(left) == _number(right) if not (_is_nan(left) or _is_nan(right)) else False
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_equal(item, right[key]) for key, item in left.items())
    return bool(left == right)


def _inside(document: dict[str, Json], key: str, *, is_config: bool) -> Any:
    document = {clean(name): clean(value) for name, value in document.items()}
    key = clean(key)
    if key.startswith("["):
        return _walk(document, re.findall(r"""\[["'](.*?)["']\]""", key))
    parts = key[1:].split(".")
    found = _named(document, parts)
    if found is MISSING and is_config and "value" in parts[1:]:
        at = parts.index("value", 1)
        found = _named(document, [*parts[:at], *parts[at + 1 :]])
    return found


def _named(value: Json, parts: list[str]) -> Any:
    """What the parts of a name, joined or not, lead to: all that are left as one key first, then few before many."""
    for count in (len(parts), *range(1, len(parts))):
        inner = _walk(value, [".".join(parts[:count])])
        found = inner if count == len(parts) or inner is MISSING else _named(inner, parts[count:])
        if found is not MISSING:
            return found
    return MISSING


def _walk(value: Json, path: list[str]) -> Any:
    for part in path:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and re.fullmatch(r"-?\d+", part) and -len(value) <= int(part) < len(value):
            value = value[int(part)]
        else:
            return MISSING
    return value


def _time(operand: Json) -> datetime | None:
    if operand is None:
        return None
    if isinstance(operand, str):
        found = datetime.fromisoformat(operand)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return datetime.fromtimestamp(operand, UTC)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_nan(value: Json) -> bool:
    return isinstance(value, float | Decimal) and math.isnan(value)


def _number(value: Json) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def _comparable(value: Any) -> Any:
    """What `$gt` can compare: a number within the limit, a text, a time; else None."""
    if _is_number(value):
        return None if _is_nan(value) else _limited(value)
    return value if isinstance(value, str | datetime) else None


def _limited(value: Json) -> Decimal:
    number = _number(value)
    return number if number.is_infinite() else max(-LIMIT, min(number, LIMIT))


def _sorted_by(name: str, run: RunDocument) -> Any:
    value = lookup(name, run)
    return ",".join(value) if name == "tags" and value is not MISSING else value


def _compare_missing_last(left: Any, right: Any, is_descending: bool) -> int:
    if left is MISSING or right is MISSING:
        return (left is MISSING) - (right is MISSING)
    found = (_sort_key(left) > _sort_key(right)) - (_sort_key(left) < _sort_key(right))
    return -found if is_descending else found


def _sort_key(value: Any) -> tuple[Any, ...]:
    if value is None:
        return (0,)
    if isinstance(value, str):
        return (1, value[:256])
    if isinstance(value, bool):
        return (3, value)
    if isinstance(value, datetime):
        return (2, value)
    if _is_number(value):
        return (2, True, Decimal(0)) if _is_nan(value) else (2, False, _limited(value))
    return (4 if isinstance(value, list) else 5, jsonb_text(value)[:256])


def jsonb_text(value: Json) -> str:
    """JSON as PostgreSQL prints jsonb."""
    if isinstance(value, dict):
        ordered = sorted(value.items(), key=lambda item: (len(item[0].encode()), item[0].encode()))
        return (
            "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {jsonb_text(item)}" for key, item in ordered) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(jsonb_text, value)) + "]"
    if not _is_number(value):
        return json.dumps(value, ensure_ascii=False)
    number = _number(value)
    if not number.is_finite():
        name = "NaN" if number.is_nan() else "Infinity" if number > 0 else "-Infinity"
        return f'{{"$number": "{name}"}}'
    return format(abs(number) if number == 0 else number, "f")
