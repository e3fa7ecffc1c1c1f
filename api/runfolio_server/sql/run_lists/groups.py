"""What a project's runs have in common: groups with aggregates, distinct values, histograms. For keys: keys.py.

Called by graph/. Statements are put together from what filters/ compiles: fixed text, every value bound. Aggregates go
over all matching runs, not over a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from runfolio_server.filters.language.fields import Column, Field
from runfolio_server.filters.language.operators import FieldKind
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.joined import joined_tables
from runfolio_server.filters.sql.parameters import Parameters
from runfolio_server.filters.sql.value_sql import finite_expression, value_expression
from runfolio_server.sql.named import composed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.no_longer import no_longer

LIVING: Final = "FROM runs AS r{joined}\nWHERE r.project_id = $1 AND r.deleted_at IS NULL AND {where}"
NUMBERS_PER_METRIC: Final = 7


class GroupRow(msgspec.Struct, frozen=True):
    """A group: its values as JSON texts (None: the runs without), how many runs, and the numbers of each metric.

    NUMBERS_PER_METRIC for each: count, mean, standard deviation (of a sample), least, greatest, and the one or two
    numbers in the middle, whose mean is the median. Exact, so some may be beyond float64.
    """

    values: list[str | None]
    count: int
    numbers: list[Decimal | None]


class ValueRow(msgspec.Struct, frozen=True):
    """A distinct value as JSON text and how many runs have it; None for the runs that have none."""

    value: str | None
    count: int


class BinRow(msgspec.Struct, frozen=True):
    """A bin of a histogram by its number from 0, and how many runs are in it; of all: the least and greatest value."""

    number: int
    count: int
    low: Decimal
    high: Decimal


async def select_groups(
    connection: Connection,
    project_id: int,
    query: RunQuery,
    by: Sequence[Field],
    metrics: Sequence[Field],
    bytes_max: int,
) -> list[GroupRow]:
    """Groups in order of their values (jsonb's order, runs without a value last), from behind a group's values.

    The place that the query begins behind is the values of a group, and its limit one of groups; its order is not used.
    They end behind the group with which their values have more bytes than `bytes_max`.
    Only numbers that a float64 can hold count for the metrics.
    """
    parameters = Parameters(3)
    keys = [value_expression(field, parameters) for field in by]
    numbers = [finite_expression(field, parameters) for field in metrics]
    where = compile_filter(query.filters, 3 + len(parameters.values), project_id)
    names = [f"k{number}" for number in range(len(keys))]
    texts, in_order = ", ".join(f"g.{name}::text" for name in names), ", ".join(f"{name} NULLS LAST" for name in names)
    # Each key once, in an inner query: its parameters must not be repeated in GROUP BY.
    inner = ", ".join(
        [f"{sql} AS {name}" for sql, name in zip(keys, names, strict=True)]
        + [f"{sql} AS m{number}" for number, sql in enumerate(numbers)]
    )
    aggregates = [text for number in range(len(numbers)) for text in _aggregates(f"m{number}")]
    behind = Parameters(3 + len(parameters.values) + len(where.parameters))
    joined = joined_tables([*by, *metrics])
    sql = (
        f"SELECT {', '.join(names)}, count(*), ARRAY[{', '.join(aggregates)}]::numeric[] AS numbers\n"
        # OFFSET 0: else PostgreSQL writes each expression out in every aggregate, and evaluates it six times.
        f"FROM (SELECT {inner}\n{LIVING.format(joined=joined, where=where.sql)}\nOFFSET 0) AS f\n"
        + ("" if query.after is None else f"WHERE {behind_values(names, query.after, behind)}\n")
        + f"GROUP BY {', '.join(names)}\nORDER BY {in_order}\nLIMIT $2"
    )
    arguments = [project_id, query.limit, *parameters.values, *where.parameters, *behind.values]
    columns = f"ARRAY[{texts}]::text[], g.count, g.numbers"
    bounded = no_longer(sql, [*names, "count", "numbers"], columns, _texts_size(names), in_order, len(arguments) + 1)
    return await connection.rows(composed("select_groups", bounded, GroupRow), *arguments, bytes_max)


async def select_values(
    connection: Connection, project_id: int, query: RunQuery, field: Field, bytes_max: int
) -> list[ValueRow]:
    """The values of a field, the most frequent first, as many as the query's limit; each tag counts for itself.

    They end behind the value with which they have more bytes than `bytes_max`.
    """
    parameters = Parameters(3)
    joined = joined_tables([field])
    if isinstance(field, Column) and field.kind is FieldKind.TAGS:
        joined, value = f" LEFT JOIN LATERAL unnest({field.sql}) AS t (tag) ON true", "to_jsonb(t.tag)"
    else:
        value = value_expression(field, parameters)
    where = compile_filter(query.filters, 3 + len(parameters.values), project_id)
    sql = (
        f"SELECT f.v, count(*)\nFROM (SELECT {value} AS v\n{LIVING.format(joined=joined, where=where.sql)}) AS f\n"
        # Of `v` alone the order would be that of the text above.
        "GROUP BY f.v\nORDER BY count(*) DESC, f.v NULLS LAST\nLIMIT $2"
    )
    arguments = [project_id, query.limit, *parameters.values, *where.parameters]
    bounded = no_longer(
        sql, ["v", "count"], "g.v::text, g.count", _texts_size(["v"]), "count DESC, v NULLS LAST", len(arguments) + 1
    )
    return await connection.rows(composed("select_values", bounded, ValueRow), *arguments, bytes_max)


async def select_bins(
    connection: Connection, project_id: int, query: RunQuery, field: Field, bins: int
) -> list[BinRow]:
    """The bins of a field's finite numbers that are not empty: equally wide from the least to the greatest number."""
    parameters = Parameters(3)
    number = finite_expression(field, parameters)
    where = compile_filter(query.filters, 3 + len(parameters.values), project_id)
    sql = (
        f"WITH found AS (SELECT {number} AS v\n{LIVING.format(joined=joined_tables([field]), where=where.sql)}), "
        "edges AS (SELECT min(v) AS low, max(v) AS high FROM found)\n"
        # The greatest number is at the end of the last bin, which width_bucket leaves open.
        "SELECT least(CASE WHEN high > low THEN width_bucket(v, low, high, $2) ELSE 1 END, $2) - 1,\n"
        "  count(*), min(low), max(high)\n"
        "FROM found CROSS JOIN edges\nWHERE v IS NOT NULL\nGROUP BY 1\nORDER BY 1"
    )
    statement = composed("select_bins", sql, BinRow)
    return await connection.rows(statement, project_id, bins, *parameters.values, *where.parameters)


def _texts_size(names: Sequence[str]) -> str:
    return " + ".join(f"coalesce(octet_length({name}::text), 0)" for name in names)


def _aggregates(name: str) -> list[str]:
    # One sort for both numbers in the middle: of 2n the second fraction gives number n + 1, of 2n + 1 both give n + 1.
    middle = f"percentile_disc(ARRAY[0.5, 0.5000000001]) WITHIN GROUP (ORDER BY {name})"
    return [
        f"count({name})",
        f"avg({name})",
        f"stddev_samp({name})",
        f"min({name})",
        f"max({name})",
        f"({middle})[1]",
        f"({middle})[2]",
    ]


def behind_values(names: Sequence[str], after: Sequence[str | None], parameters: Parameters) -> str:
    """The groups that come after these values, as a condition; a group without a value comes last."""
    found = "FALSE"
    for name, text in reversed(list(zip(names, after, strict=True))):
        if text is None:
            found = f"({name} IS NULL AND {found})"
        else:
            value = parameters.bind(text, "text") + "::jsonb"
            found = f"({name} > {value} OR {name} IS NULL OR ({name} = {value} AND {found}))"
    return found
