"""Filters as expressions: `(Config("lr") < 0.1) & Tag("baseline")`, and the JSON that the server reads.

Used by everything that takes `filters`. A dict in the server's language does as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from runfolio._core import json_text

HINT = "combine filters with & (and), | (or) and ~ (not), each comparison in parentheses; write 0 < x < 1 as two"


class Filter:
    """A condition for runs: what comparing a field gives, or `Filter({…})` of a dict in the server's language.

    >>> print((Config("lr") < 0.1) & ~Tag("broken"))
    {"$and":[{"config.lr":{"$lt":0.1}},{"$not":{"tags":{"$eq":"broken"}}}]}
    """

    __slots__ = ("_condition",)

    def __init__(self, condition: Mapping[str, Any]) -> None:
        self._condition = dict(condition)

    def to_dict(self) -> dict[str, Any]:
        """The condition as the server's language has it."""
        return self._condition

    def to_json(self) -> str:
        """Its JSON. Raises TypeError for a value that is none."""
        return json_text.dump(self._condition, "the filter")

    def __and__(self, other: Filter) -> Filter:
        return _joined("$and", "&", self, other)

    def __or__(self, other: Filter) -> Filter:
        return _joined("$or", "|", self, other)

    def __invert__(self) -> Filter:
        return _Written({"$not": self._condition}, f"~{_inner(self)}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filter) and self._condition == other._condition

    def __bool__(self) -> bool:
        raise TypeError(f"A filter is neither true nor false here; {HINT}.")

    def __repr__(self) -> str:
        return f"Filter({self._condition!r})"

    def __str__(self) -> str:
        return self.to_json()


class _Written(Filter):
    """A filter that is shown as it was written; `sign` is the operator that holds the text together, if one does."""

    __slots__ = ("_text", "sign")

    def __init__(self, condition: Mapping[str, Any], text: str, sign: str = "") -> None:
        super().__init__(condition)
        self._text = text
        self.sign = sign

    def __repr__(self) -> str:
        return self._text


class Field:
    """A field of runs, by the name that the server's language has for it: `Field("state")`, `Field("created_at")`.

    Comparing it gives a Filter. `==` on a list such as tags means that it holds the value; `None` means missing or
    null; what `!=` and `not_in` let through includes runs that lack the field.

    >>> Field("state").isin(["failed", "crashed"]).to_json()
    '{"state":{"$in":["failed","crashed"]}}'
    """

    __slots__ = ("_name", "_text")

    def __init__(self, name: str) -> None:
        self._name = name
        self._text = f"{type(self).__name__}({name!r})"

    @property
    def name(self) -> str:
        """Its name, as filters, order and groups take it."""
        return self._name

    @property
    def name_in_order(self) -> str:
        """Its name, as an order takes it: there a comma that is part of a dotted name has a backslash before it."""
        return self._name if re.match(r"\w+\[", self._name) else self._name.replace(",", "\\,")

    def __eq__(self, value: object) -> Filter:  # type: ignore[override]
        return self._compared("$eq", "==", value)

    def __ne__(self, value: object) -> Filter:  # type: ignore[override]
        return self._compared("$ne", "!=", value)

    def __lt__(self, value: object) -> Filter:
        return self._compared("$lt", "<", value)

    def __le__(self, value: object) -> Filter:
        return self._compared("$lte", "<=", value)

    def __gt__(self, value: object) -> Filter:
        return self._compared("$gt", ">", value)

    def __ge__(self, value: object) -> Filter:
        return self._compared("$gte", ">=", value)

    def __neg__(self) -> str:
        """In an order: by it, descending."""
        return f"-{self.name_in_order}"

    def __pos__(self) -> str:
        """In an order: by it, ascending, as without a sign."""
        return f"+{self.name_in_order}"

    def isin(self, values: Iterable[object]) -> Filter:
        """It equals one of these, or holds one of them. Raises TypeError for a lone text."""
        return self._called("$in", "isin", _list("isin", values))

    def not_in(self, values: Iterable[object]) -> Filter:
        """It equals none of these, or is missing. Raises TypeError for a lone text."""
        return self._called("$nin", "not_in", _list("not_in", values))

    def regex(self, pattern: str) -> Filter:
        """It is text, or holds a text, in which this RE2 pattern matches somewhere."""
        return self._called("$regex", "regex", pattern)

    def contains(self, text: str) -> Filter:
        """It is text, or holds a text, with this one inside; case counts."""
        return self._called("$contains", "contains", text)

    def exists(self) -> Filter:
        """It is there; null is there."""
        return _Written({self._name: {"$exists": True}}, f"{self._text}.exists()")

    def missing(self) -> Filter:
        """It is not there."""
        return _Written({self._name: {"$exists": False}}, f"{self._text}.missing()")

    def _compared(self, operator: str, sign: str, value: object) -> Filter:
        return _Written({self._name: {operator: _operand(value)}}, f"{self._text} {sign} {value!r}", sign)

    def _called(self, operator: str, method: str, value: object) -> Filter:
        return _Written({self._name: {operator: _operand(value)}}, f"{self._text}.{method}({value!r})")

    def __bool__(self) -> bool:
        raise TypeError(f"A field is neither true nor false; compare it, or call exists(). Then {HINT}.")

    def __repr__(self) -> str:
        return self._text

    def __str__(self) -> str:
        return self._name


class DocumentField(Field):
    """A value inside a document; see its kinds."""

    __slots__ = ()
    _document = ""

    def __init__(self, key: str) -> None:
        super().__init__(f"{self._document}{_dotted(key)}")
        self._text = f"{type(self).__name__}({key!r})"

    @classmethod
    def exact(cls, key: str, *inner: str) -> Field:
        """The value of exactly this key, then of those inside it: no dot in any of them means a step."""
        keys = (key, *inner)
        text = f"{cls.__name__}.exact({', '.join(map(repr, keys))})"
        return _ExactField(cls._document + "".join(map(_bracket, keys)), text)


class _ExactField(Field):
    """A field that is shown as it was made."""

    __slots__ = ()

    def __init__(self, name: str, text: str) -> None:
        super().__init__(name)
        self._text = text


class Config(DocumentField):
    """A value of the config: `Config("lr")`, `Config("optimizer.name")`.

    A dotted key is taken for one key first, for a step at each dot otherwise; `Config.exact` says which.

    >>> Config("optimizer.name") == "adam", Config.exact("optimizer.name") == "adam"
    (Config('optimizer.name') == 'adam', Config.exact('optimizer.name') == 'adam')
    >>> print(Config("optimizer.name"), Config.exact("optimizer.name"), Config.exact("optimizer", "name"))
    config.optimizer.name config["optimizer.name"] config["optimizer"]["name"]
    """

    __slots__ = ()
    _document = "config"


class Summary(DocumentField):
    """A value of the summary: `Summary("loss")`, `Summary("eval/loss")`; dots mean what they mean for Config.

    >>> (Summary("loss") <= 0.5).to_json()
    '{"summary.loss":{"$lte":0.5}}'
    """

    __slots__ = ()
    _document = "summary"


class Tag(Filter):
    """Runs that have this tag: `Tag("baseline")`; `~Tag("broken")` those that have not."""

    __slots__ = ()

    def __init__(self, tag: str) -> None:
        super().__init__({"tags": {"$eq": tag}})

    def __repr__(self) -> str:
        return f"Tag({self.to_dict()['tags']['$eq']!r})"


def filters_json(filters: Filter | Mapping[str, Any] | None) -> str | None:
    """What to send as `filters`; None: all runs. Raises TypeError for anything else."""
    if filters is None:
        return None
    if isinstance(filters, Filter):
        return filters.to_json()
    if isinstance(filters, Mapping):
        return json_text.dump(dict(filters), "filters")
    hint = f"; compare it: {filters!r} == 1" if isinstance(filters, Field) else ""
    raise TypeError(f"filters must be a Filter, a dict or None, not {type(filters).__name__}{hint}")


def field_name(field: Field | str) -> str:
    """The name of a field that may come as an expression."""
    return field.name if isinstance(field, Field) else field


def _joined(operator: str, sign: str, left: Filter, right: Filter) -> Filter:
    if not isinstance(right, Filter):
        raise TypeError(f"A filter is combined with filters, not with {type(right).__name__}; {HINT}.")
    conditions: list[Any] = []
    for side in (left, right):
        # Chains stay flat: how deep filters may nest is limited.
        inner = side.to_dict()
        items = inner[operator] if list(inner) == [operator] else None
        conditions += items if isinstance(items, list) else [inner]
    return _Written({operator: conditions}, f"{_inner(left, sign)} {sign} {_inner(right, sign)}", sign)


def _inner(part: Filter, sign: str = "") -> str:
    """The text of a filter as an operand of this sign, in parentheses where Python needs them."""
    has_sign = isinstance(part, _Written) and part.sign not in ("", sign)
    return f"({part!r})" if has_sign else repr(part)


def _operand(value: object) -> object:
    """A value that JSON has: points in time become text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_operand(item) for item in value]
    return value


def _list(method: str, values: Iterable[object]) -> list[object]:
    if isinstance(values, str):
        raise TypeError(f"{method} takes a list of values, not the text {values!r}")
    return list(values)


def _dotted(key: str) -> str:
    # In brackets where a comma would end it in an order; without a dot, both say the same.
    plain = key and ("." in key or not set(key) & set(",[]\"'"))
    return f".{key}" if plain else _bracket(key)


def _bracket(key: str) -> str:
    return f"[{json.dumps(key, ensure_ascii=False)}]"
