"""Runs as columns instead of rows: a list for each attribute and each key of config and summary, dotted where nested.

Called by actions/exports/runs.py; pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from runfolio_server.domain import json_text
from runfolio_server.domain.dotted_key import find, in_brackets, is_read_back
from runfolio_server.domain.time_text import ORJSON_TIMES, time_text

Columns = dict[str, list[Any]]

# Of one page's config, or summary: runs that share few keys would make columns of almost nothing but None.
CELLS_MAX: Final = 1_000_000

# What the SDK keeps in both documents for itself; tables are shown neither, and a config that is replaced keeps them.
INTERNAL_KEYS: Final = frozenset({"_wandb", "wandb_version"})


class TooManyCells(Exception):
    """These documents have too many different keys to be columns of one page; half of them may have not."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Parsed objects; `is_strict`: none of them holds NaN, an infinity, a lone surrogate or a very long integer."""

    objects: list[dict[str, Any]]
    is_strict: bool


def read_documents(texts: Sequence[str]) -> Documents:
    """The objects of these JSON texts, in order; an empty one for what is no object.

    Read in one go, and one by one only when there is one among them that is not strict JSON.
    """
    joined = f"[{','.join(texts)}]".encode()
    if not json_text.has_long_integer(joined):
        try:
            return Documents(_objects(json_text.parse_strict(joined)), is_strict=True)
        except orjson.JSONDecodeError:
            pass
    values = (json_text.parse(text.encode("utf-8", "backslashreplace")) for text in texts)
    return Documents(_objects(values), is_strict=False)


def unwrapped(config: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a config, which the SDK keeps as `{"value": …}` each."""
    return {key: value["value"] if type(value) is dict and "value" in value else value for key, value in config.items()}


def config_columns(configs: Sequence[Mapping[str, Any]]) -> Columns:
    """A column for each key, unwrapped, under names such as `config.optimizer.lr`; None where a run lacks it.

    Raises TooManyCells, but never for one document.

    >>> config_columns([{"lr": {"value": 0.1}}, {"model": {"value": {"depth": 2}}}])
    {'config.lr': [0.1, None], 'config.model.depth': [None, 2]}
    """
    return _columns("config", list(map(unwrapped, configs)))


def summary_columns(summaries: Sequence[Mapping[str, Any]]) -> Columns:
    """A column for each key, under names such as `summary.loss`; None where a run lacks it. Raises TooManyCells."""
    return _columns("summary", summaries)


def encode_columns(content: Mapping[str, Any], *, is_strict: bool) -> bytes:
    """One line of JSON. What is not strict may hold NaN and Infinity, as the documents do.

    A lone surrogate becomes U+FFFD, as for filters: no table can hold it. In a column's name it becomes an escape, so
    that no two of them become one.
    """
    # orjson is fifteen times faster, but writes NaN as null and refuses integers beyond 64 bits.
    if is_strict:
        return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE | ORJSON_TIMES)
    columns = content.get("columns")
    if isinstance(columns, Mapping):
        content = {**content, "columns": _with_unicode_names(columns)}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=time_text)
    return f"{text}\n".encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _with_unicode_names(columns: Mapping[str, list[Any]]) -> Columns:
    """The columns under names that are Unicode and differ; what is Unicode keeps its name."""
    escaped = {name: json_text.escape_surrogates(name) for name in columns}
    taken = {name for name in columns if escaped[name] == name}
    found = {}
    for name, column in columns.items():
        shown = escaped[name]
        while shown != name and shown in taken:
            shown += "_"
        taken.add(shown)
        found[shown] = column
    return found


def _objects(values: Iterable[Any]) -> list[dict[str, Any]]:
    return [value if type(value) is dict else {} for value in values]


def _columns(root: str, documents: Sequence[Mapping[str, Any]]) -> Columns:
    count = len(documents)
    flat: Columns = {}
    exact: dict[tuple[str, ...], list[Any]] = {}
    nested: list[tuple[int, str, dict[str, Any]]] = []
    for row, document in enumerate(documents):
        for key, value in document.items():
            column = flat.get(key)
            if column is None:
                if key in INTERNAL_KEYS:
                    continue
                column = flat[key] = _new_column(len(flat), count)
            if type(value) is dict and value:
                nested.append((row, key, value))
            else:
                column[row] = value
    for row, key, value in nested:
        document = documents[row]
        for path, leaf, has_dots in _leaves((key,), value, has_dots=_has_dots(document)):
            name = ".".join(path)
            # Of several values of one name, the one that readers of the name are told.
            if has_dots and find(document, name, enters_lists=True) is not leaf:
                continue
            found: dict[Any, list[Any]] = flat if is_read_back(name) else exact
            place = name if found is flat else path
            column = found.get(place)
            if column is None:
                column = found[place] = _new_column(len(flat) + len(exact), count)
            column[row] = leaf
    opened = {key for _, key, _ in nested}
    columns = {
        root + (f".{key}" if is_read_back(key) else in_brackets((key,))): column
        for key, column in flat.items()
        if key not in opened or any(value is not None for value in column)
    }
    return columns | {root + in_brackets(path): column for path, column in exact.items()}


def _new_column(number: int, count: int) -> list[Any]:
    if count > 1 and (number + 1) * count > CELLS_MAX:
        raise TooManyCells
    return [None] * count


def _leaves(
    path: tuple[str, ...], value: Mapping[str, Any], *, has_dots: bool
) -> Iterable[tuple[tuple[str, ...], Any, bool]]:
    """Each value inside that is no object, or an empty one: its path, and whether an object on it has dots in keys."""
    has_dots = has_dots or _has_dots(value)
    for key, item in value.items():
        if type(item) is dict and item:
            yield from _leaves((*path, key), item, has_dots=has_dots)
        else:
            yield (*path, key), item, has_dots


def _has_dots(document: Mapping[str, Any]) -> bool:
    """Without dots in keys no two values have one name."""
    return any("." in key for key in document)
