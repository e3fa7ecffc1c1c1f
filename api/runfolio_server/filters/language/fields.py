"""The kinds of fields that filters and orders may name, each with its SQL for the table alias `r` of what is listed.

Which fields there are, field_table.py says for one table and finds. The pieces of SQL here are constants; names from a
user only ever become keys of JsonField and Presence, which are bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from runfolio_server.domain.dotted_key import splittings
from runfolio_server.filters.language.json_key import JsonKey
from runfolio_server.filters.language.operators import FieldKind
from runfolio_server.filters.limits import KEY_MAX_PATHS


@dataclass(frozen=True, slots=True)
class DerivedKey:
    """A key of the row that follows from its project and the value of a column: equality is found by that key."""

    sql: str
    of: Callable[[int, str], UUID]


@dataclass(frozen=True, slots=True)
class Column:
    """A field with one SQL expression.

    `within` wraps a condition on the expression (each %s) when that belongs to another table, so that the condition is
    evaluated once per row of that table instead of once per row listed; `sort` is what to order by then, and `joined`
    the FROM items beside `r` that it needs. `blank_is_none`: no row has a blank text; to equal one is to have none.
    `values` are the texts that there are, where a text is one of a few: to equal another one is a mistake.
    `has_any`, of a field that is a list, is the condition that it holds one of
    the texts of an array (%s), where there is a quicker one than to look into the list of each row. `is_value` is false
    where a row has no one value: then filters may name it, and nothing else.
    """

    name: str
    kind: FieldKind
    sql: str
    aliases: tuple[str, ...] = ()
    is_nullable: bool = False
    blank_is_none: bool = False
    is_short: bool = False
    values: tuple[str, ...] = ()
    within: str | None = None
    sort: str | None = None
    joined: str = ""
    derived_key: DerivedKey | None = None
    has_any: str | None = None
    is_value: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A column of jsonb whose keys are fields, such as `config.lr`.

    `spellings` stand before a key, the first one in what is told; `key_lists` before a key that is or is not there;
    `bare_keys` are found without any. `is_wrapped`: the SDK also writes `config.lr.value` for `config.lr`.
    `listed_in` is another document that lists, each by its whole name, keys that count as there for `key_lists`.
    `has_containment_index`: an index of the operator class jsonb_path_ops serves equality.
    """

    column: str
    sql: str
    spellings: tuple[str, ...]
    key_lists: tuple[str, ...] = ()
    bare_keys: tuple[str, ...] = ()
    is_wrapped: bool = False
    has_containment_index: bool = False
    listed_in: Document | None = None


@dataclass(frozen=True, slots=True)
class JsonField:
    """A value inside a document: at the first of these paths that is there.

    `names`, each by its parts, have more paths than are written down: they are looked for behind these, part by part.
    """

    document: Document
    paths: tuple[tuple[str, ...], ...]
    names: tuple[tuple[str, ...], ...] = ()
    kind: FieldKind = FieldKind.JSON

    @classmethod
    def of(cls, document: Document, key: JsonKey) -> JsonField:
        """The field of a key. NOTE: json_expression and the index of config count on the order of the paths."""
        if key.path:
            return cls(document, (key.path,))
        parts = tuple(tuple(name.split(".")) for name in key.names)
        if sum(2 ** (len(each) - 1) for each in parts) <= KEY_MAX_PATHS:
            return cls(document, tuple(dict.fromkeys(path for each in parts for path in splittings(each))))
        # The first ones step at every dot up to the last key: what documents are mostly like.
        return cls(document, tuple(islice(splittings(parts[0]), min(len(parts[0]), KEY_MAX_PATHS))), parts)


@dataclass(frozen=True, slots=True)
class Tag:
    """One item of a column of tags."""

    column: Column
    text: str


@dataclass(frozen=True, slots=True)
class Presence:
    """True where the row has this tag or this key of a document, missing elsewhere; `besides`: or this one."""

    what: Tag | JsonField
    kind: FieldKind = FieldKind.PRESENCE
    besides: JsonField | None = None

    @classmethod
    def of_key(cls, document: Document, key: JsonKey) -> Presence:
        """Whether there is this key."""
        names = key.names or (".".join(key.path),)
        besides = JsonField(document.listed_in, tuple((name,) for name in names)) if document.listed_in else None
        return cls(JsonField.of(document, key), besides=besides)


Field = Column | JsonField | Presence
