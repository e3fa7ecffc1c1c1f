"""The keys of an order that no run of the list has, so that it orders by nothing. Called by graph/ and export.py.

Runs without a key come last, so the page that was read tells most of the time: a first run without the first key has
no run with it behind. What the page does not tell, one statement over all matching runs does.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from runfolio_server.filters.language.fields import JsonField
from runfolio_server.filters.language.order import Order, OrderKey
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.json_sql import json_expression
from runfolio_server.filters.sql.order_sql import first_terms
from runfolio_server.filters.sql.parameters import Parameters
from runfolio_server.sql.named import composed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.list import ListedRunRow


class PresenceRow(msgspec.Struct, frozen=True):
    """For each key that was asked about whether a run has it; nulls where there are no runs."""

    are_there: list[bool | None]


def document_keys(order: Order) -> list[OrderKey]:
    """The keys of an order that are keys of config or summary: only these may be on no run by mistake."""
    return [key for key in order.keys if isinstance(key.field, JsonField)]


def presence_expression(keys: Sequence[OrderKey], parameters: Parameters) -> str:
    """An aggregate over runs `r`: for each key whether one of them has it, null is had."""
    values = [json_expression(key.field, parameters.place) for key in keys if isinstance(key.field, JsonField)]
    return f"ARRAY[{', '.join(f'bool_or({value} IS NOT NULL)' for value in values)}]::boolean[]"


def missing_names(keys: Sequence[OrderKey], are_there: Sequence[bool | None]) -> list[str]:
    """The names, as they were written, of the keys that are told to be on no run; of no runs nothing is told."""
    return [key.text[1:] for key, is_there in zip(keys, are_there, strict=True) if is_there is False]


async def select_missing_keys(
    connection: Connection, project_id: int, query: RunQuery, page: Sequence[ListedRunRow]
) -> list[str]:
    """The names of the order's keys that no run has which the filters choose. `page` is one that the query gave."""
    keys = document_keys(query.order)
    terms = first_terms(query.order)
    known = {key.text: True for key in keys for row in page if row.place[terms[key.text]] is not None}
    is_first = keys[:1] == list(query.order.keys[:1]) and query.after is None
    if is_first and page and keys[0].text not in known:
        known[keys[0].text] = False
    asked = [key for key in keys if key.text not in known]
    if asked and (page or query.after is not None):
        parameters = Parameters(2)
        present = presence_expression(asked, parameters)
        where = compile_filter(query.filters, 2 + len(parameters.values), project_id)
        sql = f"SELECT {present}\nFROM runs AS r\nWHERE r.project_id = $1 AND r.deleted_at IS NULL\n  AND {where.sql}"
        statement = composed("select_present_keys", sql, PresenceRow)
        row = await connection.row(statement, project_id, *parameters.values, *where.parameters)
        if row is not None:
            known |= {key.text: is_there is not False for key, is_there in zip(asked, row.are_there, strict=True)}
    return missing_names(keys, [known.get(key.text) for key in keys])
