"""What a statement must not have so that plain PostgreSQL and Citus both take it, and both answer the same.

Used by test_distribution.py for functions and files, and by tests/sent_statements.py for all that the suite sends. A
statement whose tables in shards are all asked for by one value of their column runs whole on one machine, where nearly
everything is allowed; the rules for several runs are for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from runfolio_server.sql.table_kinds import DISTRIBUTED, REFERENCE
from tests.sql.function_statements import writing_functions
from tests.sql.run_statement import Statement
from tests.sql.statement_tree import LEVELS, Level, Tree, function_name, levels_of, names_of, walk

AGGREGATES = {"count", "sum", "min", "max", "avg", "array_agg", "string_agg", "jsonb_agg", "bool_or"}
# Functions that a change may have where it chooses between values. PostgreSQL says of each that it is immutable.
IMMUTABLE = {
    "cardinality",
    "jsonb_object_keys",
    "jsonb_typeof",
    "octet_length",
    "starts_with",
    "upper",
}


def _is_mutable(kind: str, part: Tree) -> bool:
    return kind == "sqlvalue_function" or (kind == "func_call" and function_name(part) not in IMMUTABLE)


def _whole_rows(statement: Statement) -> bool:
    for level in statement.levels:
        for kind, part in walk(level.tree, into_levels=False):
            if kind == "column_ref":
                names = names_of(part)
                if names[-1] == "*" or (len(names) == 1 and names[0] in level.tables):
                    return True
    return False


def _no_columns(statement: Statement) -> bool:
    return any(
        level.kind == "select_stmt" and "target_list" not in level.tree and "values_lists" not in level.tree
        for level in statement.levels
    )


def _mutable_in_choice(statement: Statement) -> bool:
    """CASE and COALESCE of a change, wherever they stand in it."""
    return any(
        _is_mutable(inner, call)
        for level in statement.written
        for kind, part in walk(level.tree)
        if kind in ("case_expr", "coalesce_expr")
        for inner, call in walk(part)
    )


def _mutable_on_conflict(statement: Statement) -> bool:
    return any(
        _is_mutable(kind, part)
        for level in statement.written
        for kind, part in walk(level.tree.get("on_conflict_clause", {}))
    )


def _writing_function(statement: Statement) -> bool:
    def writes(tree: Any) -> bool:
        return any(kind == "func_call" and function_name(part) in writing_functions() for kind, part in walk(tree))

    if statement.in_shards:
        return writes(statement.tree)
    return any(kind == "range_function" and part.get("lateral") and writes(part) for kind, part in walk(statement.tree))


def _inside(statement: Statement) -> Iterator[tuple[Level, str, Tree, bool]]:
    """Each sub-select: the level around it, which clause it stands in, its tree, and whether it looks outside."""
    for level in statement.levels:
        for clause, content in level.tree.items():
            for kind, part in walk({clause: content}, into_levels=False):
                if kind in ("sub_link", "range_subselect"):
                    tree = part["subselect" if kind == "sub_link" else "subquery"]
                    yield level, clause, {**tree, "lateral": kind == "range_subselect"}, _looks_outside(tree, level)


def _looks_outside(tree: Tree, level: Level) -> bool:
    own = {alias for inner in levels_of(tree) for alias in inner.tables}
    outer = set(level.tables) | _aliases(level)
    return any(
        kind == "column_ref" and len(names_of(part)) == 2 and names_of(part)[0] in outer - own
        for kind, part in walk(tree)
    )


def _aliases(level: Level) -> set[str]:
    """The names of functions, sub-selects and common tables in FROM."""
    return {
        part["aliasname"]
        for kind, part in walk(level.tree.get("from_clause", []), into_levels=False)
        if kind == "alias"
    }


def _tables(tree: Tree) -> set[str]:
    return {table for level in levels_of(tree) for table in level.tables.values()}


def _cut_in_lateral(statement: Statement) -> bool:
    """LIMIT, OFFSET, or groups over several runs, in what is evaluated for each row outside."""
    for _, clause, tree, looks_outside in _inside(statement):
        select = tree.get("select_stmt", {})
        if not looks_outside or not _tables(tree) & set(DISTRIBUTED) or clause == "with_clause":
            continue
        if "limit_offset" in select or "limit_count" in select:
            return True
        grouped = {names_of(item["column_ref"])[-1] for item in select.get("group_clause", []) if "column_ref" in item}
        columns = {DISTRIBUTED[table] for table in _tables(tree) if table in DISTRIBUTED}
        is_aggregated = tree["lateral"] and any(
            kind == "func_call" and "over" not in part and function_name(part) in AGGREGATES
            for kind, part in walk(select.get("target_list", []), into_levels=False)
        )
        if ("group_clause" in select or is_aggregated) and not grouped & columns:
            return True
    return False


def _locks(statement: Statement) -> bool:
    return any("locking_clause" in level.tree for level in statement.levels)


def _skips_locks(statement: Statement) -> bool:
    return any(
        kind == "locking_clause" and part.get("wait_policy", "LockWaitBlock") != "LockWaitBlock"
        for kind, part in walk(statement.tree)
    )


def _correlated(statement: Statement) -> bool:
    """A sub-select that looks outside where one of both sides has none but tables that are everywhere, or functions."""
    for level, _, tree, looks_outside in _inside(statement):
        if not looks_outside or tree["lateral"]:
            continue
        inner, outer = _tables(tree), set(level.tables.values())
        if inner & set(REFERENCE) or (inner & set(DISTRIBUTED) and not outer & set(DISTRIBUTED)):
            return True
    return False


def _sub_select_as_value(statement: Statement) -> bool:
    places = ("target_list", "sort_clause", "group_clause", "returning_clause", "distinct_clause", "window_clause")
    return any(clause in places for _, clause, tree, _ in _inside(statement) if not tree["lateral"])


def _anonymous_rows(statement: Statement) -> bool:
    """A row as a value has no type that a machine could tell another; comparing two rows is no value."""
    return any(
        "row_expr" in value
        for level in statement.levels
        for kind, part in walk(level.tree, into_levels=False)
        if kind in ("func_call", "res_target")
        for value in [*part.get("args", []), part.get("val", {})]
    )


def _needs_a_snapshot(statement: Statement) -> bool:
    reads = statement.tree.keys() <= {"select_stmt"} and not statement.written
    return reads and len(statement.in_shards) > 1 and not statement.in_snapshot


def _reads_what_it_writes(statement: Statement) -> bool:
    """A common table that reads a row which the same statement writes may see it as it is afterwards."""
    with_clauses = [part for kind, part in walk(statement.tree) if kind == "with_clause"]
    read = {
        table
        for clause in with_clauses
        for level in levels_of({"with_clause": clause})
        if level.target is None
        for table in level.tables.values()
    }
    return any(level.target in read for level in statement.written)


def _knows_the_shards(statement: Statement) -> bool:
    """What the coordinator's catalogue says of a table in shards says nothing."""
    return any(
        kind == "column_ref" and names_of(part)[-1] in ("reltuples", "relpages") for kind, part in walk(statement.tree)
    )


def _takes_advisory_locks(statement: Statement) -> bool:
    return any(kind == "func_call" and "advisory" in function_name(part) for kind, part in walk(statement.tree))


def _asks_shards_for_transactions(statement: Statement) -> bool:
    """The numbers of open transactions are those of the machine that is asked."""
    return any(
        kind == "func_call" and function_name(part) in ("pg_current_snapshot", "pg_snapshot_xmin")
        for level in statement.levels
        if set(level.tables.values()) & set(DISTRIBUTED)
        for kind, part in walk(level.tree, into_levels=False)
    )


Rule = Callable[[Statement], bool]
NO_SNAPSHOT = "reads several tables, or one twice, for several runs, and is no snapshot"
ADVISORY = "takes an advisory lock"
ESTIMATE = "takes the coordinator's estimate for that of the shards"

RULES: dict[str, Rule] = {
    "takes whole rows; name the columns": _whole_rows,
    "selects no column; write SELECT 1": _no_columns,
    "has a function that is not immutable in CASE or COALESCE of a change; take a variable": _mutable_in_choice,
    "has a function that is not immutable in ON CONFLICT; take excluded.column": _mutable_on_conflict,
    "calls a function that writes runs for rows of a query; pass it what it needs": _writing_function,
    "skips locked rows": _skips_locks,
    ADVISORY: _takes_advisory_locks,
    "reads in WITH what it writes; make it a function": _reads_what_it_writes,
    ESTIMATE: _knows_the_shards,
    "asks shards which transactions are open; ask first, in WITH … AS MATERIALIZED": _asks_shards_for_transactions,
}
"""What no statement may do."""

RULES_OF_SEVERAL_RUNS: dict[str, Rule] = {
    "has LIMIT, OFFSET or groups without the column of the shards in LATERAL": _cut_in_lateral,
    "locks rows of several runs; call lock_runs": _locks,
    "has a correlated sub-select with tables that are everywhere; join them": _correlated,
    "has a sub-select as a value; join it": _sub_select_as_value,
    "has rows as values; name their columns": _anonymous_rows,
    NO_SNAPSHOT: _needs_a_snapshot,
}
"""What no statement may do that is not of one run."""


HARMLESS: dict[str, dict[str, str]] = {
    "select_streams_to_compact": {NO_SNAPSHOT: "take_lease looks again whether there is something to do"},
    "select_long_logs": {NO_SNAPSHOT: "delete_run_events deletes what is too old, whatever the numbers were"},
    "select_runs_with_obsolete_files": {NO_SNAPSHOT: "nothing is added to a run that was deleted a week ago"},
    "select_order_indexes": {ESTIMATE: "no estimate is told as none, and then the longest walk is allowed"},
    "take_migration_lock": {ADVISORY: "of the coordinator, for those who change its tables"},
    "hold_migration_lock": {ADVISORY: "of the coordinator, for those who change its tables"},
    "select_sizes": {ESTIMATE: "told of tables that are on the coordinator still, for people"},
}
"""Rules that a statement of this name may break, and why."""


def broken_rules(statement: Statement, name: str = "") -> list[str]:
    """The rules that a statement breaks, in words; `name` is that of its header."""
    if not any(kind in LEVELS for kind in statement.tree):
        return []
    broken = [rule for rule, breaks in RULES.items() if breaks(statement)]
    if statement.is_of_several:
        broken += [rule for rule, breaks in RULES_OF_SEVERAL_RUNS.items() if breaks(statement)]
    return [rule for rule in broken if rule not in HARMLESS.get(name, {})]
