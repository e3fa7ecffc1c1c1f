"""The statements inside the functions of the database, and which of them write what is not on the coordinator alone."""

from __future__ import annotations

from functools import cache
from typing import Any

import postgast

from runfolio_server.sql.table_kinds import DISTRIBUTED, REFERENCE
from tests.sql.databases import function_files
from tests.sql.statement_tree import function_name, levels_of, parsed, walk

# What postgast tells of an expression: whole statements, values, and what is assigned.
_STATEMENT, _VALUE = 0, 2


@cache
def function_statements() -> dict[str, tuple[str, ...]]:
    """By function, the text of each statement in it; a value is the SELECT that PL/pgSQL makes of it."""
    return {name: tuple(_statements(text)) for name, text in sorted(function_files().items())}


@cache
def writing_functions() -> frozenset[str]:
    """Those that write tables in shards or tables that are everywhere, themselves or by one that they call."""
    called: dict[str, set[str]] = {}
    writing = set()
    for name, statements in function_statements().items():
        trees = [tree for statement in statements for tree in parsed(statement)]
        called[name] = {function_name(part) for tree in trees for kind, part in walk(tree) if kind == "func_call"}
        if {level.target for tree in trees for level in levels_of(tree)} & {*DISTRIBUTED, *REFERENCE}:
            writing.add(name)
    while True:
        more = {name for name, others in called.items() if others & writing} - writing
        if not more:
            return frozenset(writing)
        writing |= more


def _statements(text: str) -> list[str]:
    (created,) = parsed(text)
    options = {found["def_elem"]["defname"]: found["def_elem"] for found in created["create_function_stmt"]["options"]}
    if options["language"]["arg"]["string"]["sval"] == "sql":
        body: str = options["as"]["arg"]["list"]["items"][0]["string"]["sval"]
        return [body]
    return [_as_statement(found) for found in _expressions(postgast.parse_plpgsql(text))]


def _as_statement(expression: dict[str, Any]) -> str:
    query: str = expression["query"]
    if expression["parseMode"] == _STATEMENT:
        return query
    return f"SELECT {query if expression['parseMode'] == _VALUE else query.partition(':=')[2]}"


def _expressions(tree: Any) -> list[dict[str, Any]]:
    if isinstance(tree, list):
        return [found for item in tree for found in _expressions(item)]
    if not isinstance(tree, dict):
        return []
    own = [tree["PLpgSQL_expr"]] if "PLpgSQL_expr" in tree else []
    return own + [found for part in tree.values() for found in _expressions(part)]
