"""What a dotted name means in a document, wherever one is read: of runs in filters and tables, of rows in histories.

A remainder of the name may be one key at every level: in each object the whole remainder is tried as one key, then the
shortest head that is a key and in whose value the rest is found. So `a.b.c` is `["a.b.c"]`, `["a"]["b.c"]`,
`["a"]["b"]["c"]` or `["a.b"]["c"]`, in this order. filters/sql/json_sql.py says the same in SQL. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

PARTS_MAX: Final = 32
"""Of a dotted name, and of a path in brackets."""
SPACE_AT_END: Final = " \t\r\n"
"""What an order is trimmed of."""
_MISSING = object()
_LIST_POSITION = re.compile(r"\s*[+-]?[0-9]{1,9}")


def splittings(parts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every path that the name of these parts may stand for, in order, one at a time; there are 2ⁿ⁻¹ of n parts.

    >>> list(splittings(["a", "b", "c"]))
    [('a.b.c',), ('a', 'b.c'), ('a', 'b', 'c'), ('a.b', 'c')]
    """
    yield (".".join(parts),)
    for length in range(1, len(parts)):
        head = ".".join(parts[:length])
        for rest in splittings(parts[length:]):
            yield (head, *rest)


def spelled(path: Sequence[str]) -> str:
    """The path as it stands behind a document's name wherever a field may be named: dotted, or exactly in brackets.

    In brackets where a dotted name would not be read back: a comma ends it in an order, white space at its end is lost.

    >>> spelled(("eval", "mAP@0.5")), spelled(("a,b", "c"))
    ('.eval.mAP@0.5', '["a,b"]["c"]')
    """
    name = ".".join(path)
    return f".{name}" if is_read_back(name) else in_brackets(path)


def is_read_back(name: str) -> bool:
    """Whether a dotted name can stand behind a document's name wherever a field may be named."""
    return bool(name) and "," not in name and name[-1] not in SPACE_AT_END and name.count(".") < PARTS_MAX


def in_brackets(path: Sequence[str]) -> str:
    """The path as one names it exactly: a key in each pair of brackets, quoted as JSON."""
    return "".join(f"[{json.dumps(part, ensure_ascii=False)}]" for part in path)


def find(document: Mapping[str, Any], name: str, default: Any = None, *, enters_lists: bool = False) -> Any:
    """The value that the name means; null is one. `enters_lists`: a part may be a place in a list, from its end if < 0.

    >>> find({"eval": {"mAP@0.5": 20}}, "eval.mAP@0.5")
    20
    """
    found = _find(document, name, enters_lists=enters_lists)
    return default if found is _MISSING else found


def has(document: Mapping[str, Any], name: str) -> bool:
    """Whether there is what `find` finds."""
    return _find(document, name, enters_lists=False) is not _MISSING


def value_at(document: Mapping[str, Any], path: Sequence[str]) -> Any:
    """The value at a path of keys, and of places in lists; None where there is none."""
    value: Any = document
    for part in path:
        if not isinstance(value, dict | list):
            return None
        value = _step(value, part)
    return None if value is _MISSING else value


def _find(value: Any, name: str, *, enters_lists: bool) -> Any:
    found = _step(value, name)
    if found is not _MISSING:
        return found
    dot = name.find(".")
    while dot >= 0:
        inner = _step(value, name[:dot])
        if isinstance(inner, dict) or (enters_lists and isinstance(inner, list)):
            found = _find(inner, name[dot + 1 :], enters_lists=enters_lists)
            if found is not _MISSING:
                return found
        dot = name.find(".", dot + 1)
    return _MISSING


def _step(value: Any, part: str) -> Any:
    """What is under a key of an object, or at a place in a list."""
    if isinstance(value, list):
        place = int(part) if _LIST_POSITION.fullmatch(part) else len(value)
        return value[place] if -len(value) <= place < len(value) else _MISSING
    return value.get(part, _MISSING)
