"""Every statement that a caller's filter, order or fields shape is marked as the caller's: its slowness is theirs."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import runfolio_server
from runfolio_server import sql
from runfolio_server.sql.named import Query, composed
from tests.sql.slow_statements import SLOW_STATEMENTS
from tests.sql.test_slow_artifact_lists import SLOW_ARTIFACT_STATEMENTS

PACKAGE = Path(runfolio_server.__file__).parent
# What makes SQL of a caller's words. Nothing else does: filters/ is the only layer that reads them.
COMPILERS = "runfolio_server.filters.sql."
# Modules that make a Query of their own text, and why no caller shapes it.
OWN_TEXT = {
    "sql/named.py": "the text of .sql files, and `composed` itself",
    "sql/run_lists/indexes.py": "the worker's: it makes, analyses and drops indexes",
    "sql/runs/change.py": "one statement, made of the table of attributes",
    "sql/runs/copied_tables.py": "fixed statements, made of the list of tables",
}


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield importlib.import_module(found.name)


def _calls(tree: ast.Module, name: str) -> int:
    """How often a name is called that was imported from sql/named.py, or is at home there."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    # Query[Row](…) is one too.
    functions = [found.value if isinstance(found, ast.Subscript) else found for found in calls]
    return sum(isinstance(found, ast.Name) and found.id == name for found in functions)


def _imports(tree: ast.Module) -> set[str]:
    return {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def test_a_statement_is_read_from_a_file_or_composed_unless_no_caller_shapes_it() -> None:
    makers = {path for path, tree in _trees() if _calls(tree, "Query")}

    assert set(OWN_TEXT) == makers


def test_what_is_made_of_a_filter_or_an_order_is_composed() -> None:
    users = {
        path: tree
        for path, tree in _trees()
        if path.startswith("sql/") and any(name.startswith(COMPILERS) for name in _imports(tree))
    }
    # These read what a query compares, and run statements that know nothing of it.
    readers = {"sql/run_lists/indexes.py", "sql/run_lists/page.py"}

    assert len(users) > 5
    assert readers >= {path for path, tree in users.items() if not _calls(tree, "composed")}
    assert all(_calls(tree, "Query") == 0 for path, tree in users.items() if path not in readers)


def test_no_other_layer_makes_sql_of_a_filter() -> None:
    others = {
        path
        for path, tree in _trees()
        if not path.startswith(("sql/", "filters/")) and any(name.startswith(COMPILERS) for name in _imports(tree))
    }

    # The worker makes indexes on demand, whose statements are its own.
    assert {path for path in others if not path.startswith("worker/")} == set()


def test_a_composed_statement_is_the_caller_s_and_one_of_a_file_is_not() -> None:
    constants = [
        value
        for module in _modules(sql)
        for found in vars(module).values()
        for value in (found.values() if isinstance(found, dict) else (found,))
        if isinstance(value, Query)
    ]

    assert len(constants) > 50
    assert not any(query.is_callers for query in constants)
    assert composed("name", "SELECT", Query).is_callers  # type: ignore[type-var]


def test_every_function_that_asks_the_database_for_a_query_is_tried_with_a_slow_one() -> None:
    asking = {
        function.__name__
        for module in _modules(sql)
        for function in vars(module).values()
        if inspect.iscoroutinefunction(function)
        and function.__module__ == module.__name__
        and not function.__name__.startswith("_")
        and "query" in inspect.signature(function).parameters
    }

    assert asking == set(SLOW_STATEMENTS) | set(SLOW_ARTIFACT_STATEMENTS)
