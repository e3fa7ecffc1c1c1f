"""What may stand behind an operator, checked and turned into what is bound. Used by parse.py.

Numbers become Decimal, times datetime in UTC, JSON values what domain/json_text.py makes of them for jsonb, and a
pattern PostgreSQL's own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from runfolio_server.domain.json_text import storable_text, to_jsonb_value
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import value_excerpt
from runfolio_server.filters.language.operators import FieldKind, OperatorName
from runfolio_server.filters.limits import DEPTH_MAX, LIST_MAX_VALUES, SORT_NUMBER_EXPONENT
from runfolio_server.filters.regex.regex import translate_regex

Operand = Any
"""A checked operand: None, bool, int, str, Decimal, datetime, a JSON value, or a tuple of those for list operators."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER_LIMIT = Decimal(f"1e{SORT_NUMBER_EXPONENT}")

_LISTS = {OperatorName.IN, OperatorName.NIN, OperatorName.ALL}
_ORDERED = {OperatorName.GT, OperatorName.GTE, OperatorName.LT, OperatorName.LTE}

_ALLOWED = {
    FieldKind.TEXT: ("text", "null"),
    FieldKind.TAGS: ("text", "a list of text", "null"),
    FieldKind.TIME: ("ISO 8601 text such as 2026-11-03T12:00:00Z", "seconds since 1970 as a number", "null"),
    FieldKind.NUMBER: ("a number", "null"),
    FieldKind.BOOLEAN: ("true", "false", "null"),
    FieldKind.PRESENCE: ("true", "null"),
}


def check_operand(kind: FieldKind, operator: OperatorName, raw: Any, path: str) -> Operand:
    """The operand of this operator on a field of this kind. Raises AppError with what is allowed at `path`."""
    if operator is OperatorName.EXISTS:
        return raw if isinstance(raw, bool) else _refuse(raw, path, ("true", "false"))
    if operator is OperatorName.SIZE:
        is_size = isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < 2**31
        return raw if is_size else _refuse(raw, path, ("a number of items, such as 3",))
    if operator is OperatorName.REGEX:
        return translate_regex(raw, path) if isinstance(raw, str) else _refuse(raw, path, ("a pattern as text",))
    if operator is OperatorName.CONTAINS:
        return storable_text(raw) if isinstance(raw, str) else _refuse(raw, path, ("text",))
    if operator in _LISTS:
        return _list(kind, raw, path)
    if operator in _ORDERED:
        return _ordered(kind, raw, path)
    return _value(kind, raw, path)


def check_one_of(values: tuple[str, ...], operator: OperatorName, operand: Operand, path: str) -> None:
    """Raises AppError where a checked operand asks for equality with a text that no row can have."""
    if operator in (OperatorName.EQ, OperatorName.NE):
        if operand is not None and operand not in values:
            _refuse(operand, path, (*values, "null"))
    elif operator in _LISTS:
        for number, item in enumerate(operand):
            check_one_of(values, OperatorName.EQ, item, f"{path}[{number}]")


def _list(kind: FieldKind, raw: Any, path: str) -> Operand:
    if not isinstance(raw, list):
        return _refuse(raw, path, ("a list",))
    if len(raw) > LIST_MAX_VALUES:
        raise AppError(
            f"{len(raw)} values at {path}; allowed: {LIST_MAX_VALUES}",
            path=path,
            allowed=(f"{LIST_MAX_VALUES} values",),
        )
    return tuple(_value(kind, item, f"{path}[{number}]") for number, item in enumerate(raw))


def _ordered(kind: FieldKind, raw: Any, path: str) -> Operand:
    if kind is not FieldKind.JSON:
        # Nothing is greater or less than null.
        allowed = _ALLOWED[kind][:-1]
        return _refuse(raw, path, allowed) if raw is None else _value(kind, raw, path, allowed)
    if isinstance(raw, str):
        return storable_text(raw)
    if _is_number(raw):
        number = _decimal(raw)
        return number if number.is_nan() or number.is_infinite() else max(-_NUMBER_LIMIT, min(number, _NUMBER_LIMIT))
    return _refuse(raw, path, ("a number", "text"))


def _value(kind: FieldKind, raw: Any, path: str, allowed: tuple[str, ...] | None = None) -> Operand:
    if kind is FieldKind.JSON:
        _check_depth(raw, path)
        return to_jsonb_value(raw)
    if raw is None:
        return None
    if kind in (FieldKind.TEXT, FieldKind.TAGS) and isinstance(raw, str):
        return storable_text(raw)
    if kind is FieldKind.TAGS and isinstance(raw, list) and all(isinstance(item, str) for item in raw):
        return [storable_text(item) for item in raw]
    if kind is FieldKind.NUMBER and _is_number(raw):
        return _decimal(raw)
    if kind is FieldKind.TIME:
        time = _time(raw)
        if time is not None:
            return time
    if (kind is FieldKind.BOOLEAN and isinstance(raw, bool)) or (kind is FieldKind.PRESENCE and raw is True):
        return raw
    return _refuse(raw, path, allowed or _ALLOWED[kind])


def _time(raw: Any) -> datetime | None:
    try:
        if _is_number(raw):
            return _EPOCH + timedelta(seconds=raw)
        found = datetime.fromisoformat(raw) if isinstance(raw, str) else None
        if found is None:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_number(raw: Any) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def _decimal(raw: float) -> Decimal:
    # A float means what it is written as, like in jsonb: 0.1 is 0.1, not the nearest binary fraction.
    return Decimal(raw) if isinstance(raw, int) else Decimal(repr(raw))


def _check_depth(raw: Any, path: str) -> None:
    level = [raw]
    for _ in range(DEPTH_MAX + 1):
        level = [
            item
            for value in level
            if isinstance(value, list | dict)
            for item in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise AppError(
        f"The value at {path} is nested too deeply; allowed: {DEPTH_MAX} levels",
        path=path,
        allowed=(f"{DEPTH_MAX} levels",),
    )


def _refuse(raw: Any, path: str, allowed: tuple[str, ...]) -> Operand:
    raise AppError(
        f"{value_excerpt(raw)} at {path} is not allowed; allowed: {', '.join(allowed)}", path=path, allowed=allowed
    )
