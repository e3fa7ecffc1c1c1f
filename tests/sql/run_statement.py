"""A statement with what the rules of distribution ask of it: which tables in shards it names, and for how many runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from runfolio_server.sql.table_kinds import DISTRIBUTED, REFERENCE
from tests.sql.statement_tree import Level, Tree, levels_of

EVERYWHERE = {*DISTRIBUTED, *REFERENCE}


@dataclass
class Statement:
    """One statement; `in_snapshot`: it is sent in one where runs are distributed."""

    tree: Tree
    in_snapshot: bool = False

    @cached_property
    def levels(self) -> list[Level]:
        return levels_of(self.tree)

    @cached_property
    def in_shards(self) -> list[tuple[Level, str, str]]:
        """Each place of a table in shards: its level, alias and name."""
        return [
            (level, alias, table)
            for level in self.levels
            for alias, table in level.tables.items()
            if table in DISTRIBUTED
        ]

    @cached_property
    def is_of_one_run(self) -> bool:
        """Whether all tables in shards are asked for by the same one value."""
        values = {
            _inserted_value(level) if level.kind == "insert_stmt" else level.root(("column", alias, DISTRIBUTED[table]))
            for level, alias, table in self.in_shards
        }
        return len(values) == 1 and all(value is not None and value[0] == "value" for value in values)

    @property
    def is_of_several(self) -> bool:
        return bool(self.in_shards) and not self.is_of_one_run

    @cached_property
    def written(self) -> list[Level]:
        """Levels that change a table which is not on the coordinator alone."""
        return [level for level in self.levels if level.target in EVERYWHERE]


def _inserted_value(level: Level) -> Any:
    """What an INSERT puts into the column that decides on the shard."""
    columns = [found["res_target"]["name"] for found in level.tree.get("cols", [])]
    column = DISTRIBUTED[level.target or ""]
    source = level.tree.get("select_stmt", {}).get("select_stmt", {})
    if column not in columns:
        return None
    rows = [row["list"]["items"] for row in source.get("values_lists", [])]
    if not rows:
        rows = [[found["res_target"]["val"] for found in source.get("target_list", [])]]
    return level.place(rows[0][columns.index(column)]) if len(rows) == 1 else None
