"""What stands behind a document's name: `.a.b` or `["a.b"]`. Used by field_table.py and exports.

A dotted key means what domain/dotted_key.py says: `config.a.b` is the key `a.b`, or else the key `b` inside `a`.
Brackets say exactly which: `config["a.b"]` is one key, `config["a"]["b"]` a path.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from runfolio_server.domain.json_text import storable_text
from runfolio_server.errors import AppError
from runfolio_server.filters.limits import KEY_MAX_CHARACTERS, KEY_MAX_PARTS

_BRACKET = re.compile(r"""\[(?:("(?:[^"\\]|\\.)*")|'((?:[^'\\]|\\.)*)')\]""", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class JsonKey:
    """Dotted names, of which the first that is there counts; or, written in brackets, one path."""

    names: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


def parse_json_key(key: str, path: str, *, is_wrapped: bool) -> JsonKey:
    """The key of what follows the document's name.

    In a wrapped document (config) the SDK writes `config.lr.value` for `config.lr`, so a part `value` may be left out.
    Raises AppError for an empty or too long key and for brackets that do not close.
    """
    if len(key) > KEY_MAX_CHARACTERS + 1:
        raise AppError(
            f"A key of {len(key) - 1} characters at {path}; allowed: {KEY_MAX_CHARACTERS}",
            path=path,
            allowed=(f"{KEY_MAX_CHARACTERS} characters",),
        )
    if key.startswith("["):
        return JsonKey(path=_checked(_bracketed(key, path), path))
    name = storable_text(key.removeprefix("."))
    if not name:
        raise AppError(
            f"No key after the dot at {path}; allowed: a key of the document, such as config.lr",
            path=path,
            allowed=("a key of the document",),
        )
    parts = _checked(tuple(name.split(".")), path)
    names = [name]
    if is_wrapped and "value" in parts[1:]:
        at = parts.index("value", 1)
        names.append(".".join((*parts[:at], *parts[at + 1 :])))
    return JsonKey(tuple(names))


def _bracketed(key: str, path: str) -> tuple[str, ...]:
    parts = []
    end = 0
    while end < len(key):
        match = _BRACKET.match(key, end)
        part = match and _part(match)
        if match is None or part is None:
            raise AppError(
                f"Brackets at {path} do not read as [\"key\"] or ['key'], one for each step and nothing behind them",
                path=path,
                allowed=('config["key"]', 'config["key"]["inner key"]'),
            )
        parts.append(storable_text(part))
        end = match.end()
    return tuple(parts)


def _part(match: re.Match[str]) -> str | None:
    if match[1] is None:
        return _ESCAPED.sub(r"\1", match[2])
    try:
        return str(json.loads(match[1], strict=False))
    except ValueError:
        return None


def _checked(parts: tuple[str, ...], path: str) -> tuple[str, ...]:
    if len(parts) > KEY_MAX_PARTS:
        raise AppError(
            f"A key of {len(parts)} parts at {path}; allowed: {KEY_MAX_PARTS}",
            path=path,
            allowed=(f"{KEY_MAX_PARTS} parts",),
        )
    return parts
