"""Each function of sql/ that asks the database for what a query chooses, called as its callers do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from runfolio_server.answer_budget import AnswerBudget
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.index_sql import order_index
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.by_creation import select_runs_by_creation
from runfolio_server.sql.run_lists.by_index import select_runs_by_index
from runfolio_server.sql.run_lists.chosen_runs import (
    RunNameRow,
    select_chosen_runs,
    select_group_runs,
    select_part_runs,
)
from runfolio_server.sql.run_lists.export import select_run_ids
from runfolio_server.sql.run_lists.group_bins import select_group_bins
from runfolio_server.sql.run_lists.groups import select_bins, select_groups, select_values
from runfolio_server.sql.run_lists.indexes import OrderIndexes, ReadyIndex
from runfolio_server.sql.run_lists.keys import KeySearch, select_document_keys
from runfolio_server.sql.run_lists.list import count_runs, select_runs_batch, select_runs_page
from runfolio_server.sql.run_lists.long_columns import NOTHING_LONG
from runfolio_server.sql.run_lists.missing_keys import select_missing_keys
from runfolio_server.sql.run_lists.page import select_run_page
from tests.run_language import find_field

Asking = Callable[[Connection, int, RunQuery], Awaitable[Any]]
GROUP, NUMBER = find_field("group"), find_field("config.n")


def _by_index(connection: Connection, project_id: int, query: RunQuery) -> Awaitable[Any]:
    ready = ReadyIndex(order_index(project_id, "config.n"), 1000)
    return select_runs_by_index(connection, ready, query.ordered("config.n").page(50))


SLOW_STATEMENTS: dict[str, Asking] = {
    "count_runs": count_runs,
    "select_bins": lambda connection, project_id, query: select_bins(connection, project_id, query, NUMBER, 10),
    "select_chosen_runs": lambda connection, project_id, query: select_chosen_runs(
        connection, RunNameRow, project_id, query, None
    ),
    "select_document_keys": lambda connection, project_id, query: select_document_keys(
        connection, project_id, query.page(100), "config", KeySearch(), AnswerBudget(), "runKeys"
    ),
    "select_group_bins": lambda connection, project_id, query: select_group_bins(
        connection, project_id, query, [GROUP], [NUMBER], 10, ['"g"']
    ),
    "select_group_runs": lambda connection, project_id, query: select_group_runs(
        connection, project_id, query.page(100), [GROUP], ['"g"']
    ),
    "select_groups": lambda connection, project_id, query: select_groups(
        connection, project_id, query, [GROUP], [NUMBER], 1000
    ),
    # Behind a cursor, where no page tells whether a run has the key.
    "select_missing_keys": lambda connection, project_id, query: select_missing_keys(
        connection, project_id, query.ordered("config.nothing").page(50, []), []
    ),
    "select_part_runs": lambda connection, project_id, query: select_part_runs(
        connection, project_id, query.page(100), None, NOTHING_LONG
    ),
    "select_run_ids": select_run_ids,
    "select_run_page": lambda connection, project_id, query: select_run_page(
        connection, OrderIndexes(), project_id, query.page(50)
    ),
    "select_runs_batch": lambda connection, project_id, query: select_runs_batch(
        connection, project_id, query.page(50), None, None, is_locked=True
    ),
    "select_runs_by_creation": lambda connection, project_id, query: select_runs_by_creation(
        connection, project_id, query.page(50), {}
    ),
    "select_runs_by_index": _by_index,
    "select_runs_page": lambda connection, project_id, query: select_runs_page(connection, project_id, query.page(50)),
    "select_values": lambda connection, project_id, query: select_values(connection, project_id, query, GROUP, 1000),
}
"""By name; tests/contract/test_callers_statements.py compares with those that there are."""
