"""Statements as PostgreSQL's own grammar reads them: trees of dictionaries, their levels, and what each level names.

Used by distribution_rules.py. A level is one SELECT, INSERT, UPDATE or DELETE, without those inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import postgast
from google.protobuf.json_format import MessageToDict

Tree = dict[str, Any]
LEVELS = ("select_stmt", "insert_stmt", "update_stmt", "delete_stmt")
# Names of variables in the functions of the database.
VARIABLE = re.compile(r"[pv]_\w+")


def parsed(sql: str) -> list[Tree]:
    """The statements of a text, each as `{kind: tree}`."""
    read = MessageToDict(postgast.parse(sql), preserving_proto_field_name=True)
    return [found["stmt"] for found in read.get("stmts", [])]


def walk(tree: Any, *, into_levels: bool = True) -> Iterator[tuple[str, Tree]]:
    """Every part of a tree with its kind, depth first; without `into_levels` levels inside are told but not entered."""
    if isinstance(tree, list):
        for item in tree:
            yield from walk(item, into_levels=into_levels)
    elif isinstance(tree, dict):
        for key, part in tree.items():
            if isinstance(part, dict):
                # The two sides of UNION are levels without their kind; the query of an INSERT has it twice.
                kind = "select_stmt" if key in ("larg", "rarg") and "limit_option" in part else key
                if kind in LEVELS and part.keys() <= set(LEVELS):
                    yield from walk(part, into_levels=into_levels)
                    continue
                yield kind, part
                if into_levels or kind not in LEVELS:
                    yield from walk(part, into_levels=into_levels)
            else:
                yield from walk(part, into_levels=into_levels)


def names_of(reference: Tree) -> tuple[str, ...]:
    """The parts of a name, such as ("r", "run_id"); a star is "*"."""
    return tuple(part["string"].get("sval", "") if "string" in part else "*" for part in reference.get("fields", []))


def function_name(call: Tree) -> str:
    """The name that is called, without its schema."""
    name: str = call["funcname"][-1]["string"]["sval"]
    return name


@dataclass
class Level:
    """One level: its tables by alias, and which columns and values it says are equal."""

    kind: str
    tree: Tree
    tables: dict[str, str] = field(default_factory=dict)
    others: int = 0
    """Items of FROM that are no tables: functions and sub-selects."""
    _equal: dict[Any, Any] = field(default_factory=dict)

    def root(self, name: Any) -> Any:
        """What stands for everything that is equal to it."""
        while name in self._equal:
            name = self._equal[name]
        return name

    def join(self, one: Any, other: Any) -> None:
        """These are equal."""
        if self.root(one) != self.root(other):
            # A value stands for the columns that are equal to it.
            first, second = self.root(one), self.root(other)
            if first[0] == "value":
                first, second = second, first
            self._equal[first] = second

    def place(self, expression: Tree) -> Any:
        """A column of this level, or a value from outside the statement; None: anything else."""
        if "type_cast" in expression:
            return self.place(expression["type_cast"]["arg"])
        if "param_ref" in expression:
            return ("value", expression["param_ref"]["number"])
        if "column_ref" in expression:
            names = names_of(expression["column_ref"])
            if VARIABLE.fullmatch(names[0]):
                return ("value", names)
            if len(names) == 2 and names[0] in self.tables:
                return ("column", *names)
            if len(names) == 1 and len(self.tables) == 1 and not self.others:
                return ("column", next(iter(self.tables)), names[0])
        return None

    @cached_property
    def target(self) -> str | None:
        """The table that is written; None for a SELECT."""
        relation = self.tree.get("relation")
        return None if relation is None else relation["relname"]


def levels_of(statement: Tree) -> list[Level]:
    """Every level of a statement, outer ones first."""
    common = {part["ctename"] for kind, part in walk(statement) if kind == "common_table_expr"}
    found = []
    for kind, tree in walk(statement):
        if kind in LEVELS and tree.get("op", "SETOP_NONE") == "SETOP_NONE":
            level = Level(kind, tree)
            sources = [*tree.get("from_clause", []), *tree.get("using_clause", [])]
            if "relation" in tree:
                sources.insert(0, {"range_var": tree["relation"]})
            for item in sources:
                _read_source(level, item, common)
            _read_condition(level, tree.get("where_clause", {}))
            found.append(level)
    return found


def _read_source(level: Level, item: Tree, common: set[str]) -> list[str]:
    """Add an item of FROM to the level; the aliases in it."""
    if "range_var" in item:
        name = item["range_var"]["relname"]
        alias: str = item["range_var"].get("alias", {}).get("aliasname", name)
        if name in common:
            level.others += 1
        else:
            level.tables[alias] = name
        return [alias]
    if "join_expr" in item:
        join = item["join_expr"]
        left, right = (_read_source(level, join[side], common) for side in ("larg", "rarg"))
        for column in join.get("using_clause", []):
            for one in left:
                for other in right:
                    level.join(*(("column", alias, column["string"]["sval"]) for alias in (one, other)))
        _read_condition(level, join.get("quals", {}))
        return left + right
    level.others += 1
    return []


def _read_condition(level: Level, condition: Tree) -> None:
    """Remember what a condition says is equal, as far as it is sure."""
    if "bool_expr" in condition and condition["bool_expr"]["boolop"] == "AND_EXPR":
        for part in condition["bool_expr"]["args"]:
            _read_condition(level, part)
    comparison = condition.get("a_expr", {})
    if comparison.get("kind") == "AEXPR_OP" and comparison["name"][-1]["string"]["sval"] == "=":
        sides = [level.place(comparison[side]) for side in ("lexpr", "rexpr") if side in comparison]
        if len(sides) == 2 and None not in sides:
            level.join(*sides)
