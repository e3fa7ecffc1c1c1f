"""The keys of config or summary that a project's runs have, with types and coverage. Called by graph/.

One statement per level of nesting that there is, each over all matching runs in a shape that PostgreSQL runs in
parallel: a recursion per run takes ten times as long.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

from runfolio_server.answer_budget import AnswerBudget
from runfolio_server.domain.document_columns import INTERNAL_KEYS
from runfolio_server.domain.dotted_key import SPACE_AT_END, spelled
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.json_sql import not_finite
from runfolio_server.sql.named import composed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.no_longer import no_longer

KEY_DEPTH_MAX: Final = 6

_SPACE: Final = f"E'{SPACE_AT_END.encode('unicode_escape').decode()}'"
_NESTED: Final = "nested"
"""Stands for objects that have keys of their own, which the next level tells."""
_NAMES: Final = ("key", "type_name", "count", "path")
_COLUMNS: Final = ", ".join(f"g.{name}" for name in _NAMES)
_SIZE: Final = "octet_length(key) * CASE WHEN path IS NULL THEN 1 ELSE 2 END"
"""The parts of a path are those of the key."""
_IN_ORDER: Final = f"type_name = '{_NESTED}' DESC, key COLLATE \"C\", type_name, path"


class KeySearch(msgspec.Struct, frozen=True):
    """Which keys: those that contain a text, and that match a PostgreSQL regular expression; None: all."""

    text: str | None = None
    pattern: str | None = None


class DocumentKeyRow(msgspec.Struct, frozen=True):
    """A dotted key of config or summary, the JSON type of its values, and how many runs have it so.

    `path` is where it is, for a name that a dotted name's reader would not take for this key; None for all others.
    """

    key: str
    type_name: str
    count: int
    path: list[str] | None = None

    @property
    def field(self) -> str:
        """What stands behind the document's name where a field is named."""
        return spelled(self.path or (self.key,))


async def select_document_keys(
    connection: Connection,
    project_id: int,
    query: RunQuery,
    document: str,
    search: KeySearch,
    budget: AnswerBudget,
    field: str,
) -> list[DocumentKeyRow]:
    """The keys of config or summary, nested ones dotted, by name; without those that the SDK keeps for itself.

    As many as the query's limit. A nested key is left out where the run has that very name at the top: the
    filter language finds that one.
    The names of each level are read no further than the budget of the answer goes, and counted for this field of it.
    Raises AnswerTooLarge where they go further.
    """
    column = {"config": "r.config", "summary": "r.summary"}[document]
    where = compile_filter(query.filters, 6, project_id)
    counts: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    known = (search.text, search.pattern, sorted(INTERNAL_KEYS))
    arguments = (project_id, query.limit + 1, *known, *where.parameters)
    # In a snapshot, so that a run that changes meanwhile is the same on every level.
    async with connection.snapshot():
        for depth in range(1, KEY_DEPTH_MAX + 1):
            sql = no_longer(_keys_at(depth, column, where.sql), _NAMES, _COLUMNS, _SIZE, _IN_ORDER, len(arguments) + 1)
            statement = composed("select_document_keys", sql, DocumentKeyRow)
            rows = await connection.rows(statement, *arguments, budget.bytes_left)
            budget.expect(field, sum(map(_size, rows)))
            for row in rows:
                if row.type_name != _NESTED:
                    counts[row.key, row.type_name, tuple(row.path or ())] += row.count
            if not any(row.type_name == _NESTED for row in rows):
                break
    # Code point order, which is that of collation "C" as well.
    return [
        DocumentKeyRow(key, type_name, counts[key, type_name, path], list(path) or None)
        for key, type_name, path in sorted(counts)[: query.limit]
    ]


def _size(row: DocumentKeyRow) -> int:
    """What _SIZE is."""
    return len(row.key.encode()) * (1 if row.path is None else 2)


def _keys_at(depth: int, column: str, where: str) -> str:
    """The keys of one level, and first a row of type _NESTED when there is a further level."""
    levels = [f"jsonb_each({column}) AS e1 (key, value)"]
    for level in range(2, depth + 1):
        outer = f"e{level - 1}.value"
        levels.append(
            f"jsonb_each(CASE WHEN jsonb_typeof({outer}) = 'object' THEN {outer} END) AS e{level} (key, value)"
        )
    entered = [f"AND {_is_nested(f'e{level}.value')}\n" for level in range(1, depth)]
    keys, value = [f"e{level}.key" for level in range(1, depth + 1)], f"e{depth}.value"
    key = " || '.' || ".join(keys)
    # The names that dotted_key.py says are not read back; those of more parts have their dots in one key, as a rule.
    exact = f"strpos(t.key, ',') > 0 OR t.key = '' OR t.key <> rtrim(t.key, {_SPACE})"
    type_name = (
        f"CASE WHEN jsonb_typeof({value}) <> 'object' THEN jsonb_typeof({value}) "
        f"WHEN {not_finite(value)} THEN 'number' "
        + (f"WHEN {value} <> '{{}}' THEN '{_NESTED}' " if depth < KEY_DEPTH_MAX else "")
        + "ELSE 'object' END"
    )
    hidden = "" if depth == 1 else f"WHERE d.type_name = '{_NESTED}' OR NOT d.document ? d.key\n"
    return (
        "SELECT d.key, d.type_name, count(*), d.path\nFROM (\n"
        f"  SELECT CASE WHEN t.type_name = '{_NESTED}' THEN '' ELSE t.key END AS key, t.type_name, t.document,\n"
        f"    CASE WHEN t.type_name <> '{_NESTED}' AND ({exact}) THEN t.path END AS path\n"
        f"  FROM (\n    SELECT {key} AS key, ARRAY[{', '.join(keys)}] AS path, {type_name} AS type_name,\n"
        f"      {column} AS document\n"
        f"    FROM runs AS r\n    CROSS JOIN LATERAL {' CROSS JOIN LATERAL '.join(levels)}\n"
        f"    WHERE r.project_id = $1 AND r.deleted_at IS NULL AND {where}\n"
        f"    AND e1.key <> ALL ($5::text[])\n    {'    '.join(entered)}  ) AS t\n) AS d\n{hidden}"
        "GROUP BY d.key, d.type_name, d.path\n"
        f"HAVING d.type_name = '{_NESTED}'\n"
        "  OR (($3::text IS NULL OR strpos(d.key, $3) > 0) AND ($4::text IS NULL OR d.key ~ $4))\n"
        f"ORDER BY d.type_name = '{_NESTED}' DESC, d.key COLLATE \"C\", d.type_name, d.path\nLIMIT $2"
    )


def _is_nested(value: str) -> str:
    return f"jsonb_typeof({value}) = 'object' AND NOT {not_finite(value)}"
