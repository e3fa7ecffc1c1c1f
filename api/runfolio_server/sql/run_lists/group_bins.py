"""How the numbers of metrics are distributed in each group of a page, with edges shared by all groups.

Called by graph/ beside groups.py, whose page it is. One statement for all metrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from runfolio_server.filters.language.fields import Field
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.joined import joined_tables
from runfolio_server.filters.sql.parameters import Parameters
from runfolio_server.filters.sql.value_sql import finite_expression, value_expression
from runfolio_server.sql.named import composed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.groups import LIVING, behind_values

EDGES: Final = -1
"""The bin of a row that tells nothing but the edges of its metric."""


class GroupBinRow(msgspec.Struct, frozen=True):
    """How many numbers of a metric, by its place, are in a bin, by its number from 0, in the group of these values.

    `low` and `high` are the least and greatest number of all groups.
    """

    values: list[str | None]
    metric: int
    bin: int
    count: int
    low: Decimal
    high: Decimal


async def select_group_bins(
    connection: Connection,
    project_id: int,
    query: RunQuery,
    by: Sequence[Field],
    metrics: Sequence[Field],
    bins: int,
    last: Sequence[str | None],
) -> list[GroupBinRow]:
    """The bins that are not empty, of the groups from behind the query's place to the one with the values `last`.

    Beside them is a row of the bin EDGES, without values, for each metric that has a number in any group.
    """
    parameters = Parameters(3)
    keys = [value_expression(field, parameters) for field in by]
    numbers = [finite_expression(field, parameters) for field in metrics]
    where = compile_filter(query.filters, 3 + len(parameters.values), project_id)
    names = [f"k{number}" for number in range(len(keys))]
    inner = ", ".join(
        [f"{sql} AS {name}" for sql, name in zip(keys, names, strict=True)]
        + [f"{sql} AS m{number}" for number, sql in enumerate(numbers)]
    )
    edges = ", ".join(f"min(m{n}) AS low{n}, max(m{n}) AS high{n}" for n in range(len(numbers)))
    each = ", ".join(f"({n}, m{n}, low{n}, high{n})" for n in range(len(numbers)))
    ends = ", ".join(f"({n}, low{n}, high{n})" for n in range(len(numbers)))
    page = Parameters(3 + len(parameters.values) + len(where.parameters))
    texts = ", ".join(f"{name}::text" for name in names)
    in_page = f"NOT {behind_values(names, last, page)}"
    if query.after is not None:
        in_page += f" AND {behind_values(names, query.after, page)}"
    sql = (
        f"WITH found AS (SELECT {inner}\n"
        f"{LIVING.format(joined=joined_tables([*by, *metrics]), where=where.sql)}), "
        f"edges AS (SELECT {edges} FROM found)\n"
        f"SELECT ARRAY[{texts}]::text[], n.metric,\n"
        # The greatest number is at the end of the last bin, which width_bucket leaves open.
        "  least(CASE WHEN n.high > n.low THEN width_bucket(n.v, n.low, n.high, $2) ELSE 1 END, $2) - 1, count(*),\n"
        "  n.low, n.high\n"
        f"FROM found CROSS JOIN edges CROSS JOIN LATERAL (VALUES {each}) AS n (metric, v, low, high)\n"
        f"WHERE n.v IS NOT NULL AND {in_page}\n"
        f"GROUP BY {', '.join(names)}, n.metric, 3, n.low, n.high\n"
        "UNION ALL\n"
        f"SELECT ARRAY[]::text[], e.metric, {EDGES}, 0, e.low, e.high\n"
        f"FROM edges CROSS JOIN LATERAL (VALUES {ends}) AS e (metric, low, high)\nWHERE e.low IS NOT NULL"
    )
    statement = composed("select_group_bins", sql, GroupBinRow)
    arguments = [*parameters.values, *where.parameters, *page.values]
    return await connection.rows(statement, project_id, bins, *arguments)
