"""What scale.py measures: each thing to find, how it is asked of us, and the least plain SQL for the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg

from tests.bench.find_runs import ORDERED_BY, Search, ask, searches
from tests.bench.run_service import GraphQL

Records: TypeAlias = "list[asyncpg.Record]"

OF_PROJECT = """query($p: String!, $f: JSONString) { project(name: $p, entityName: "ada") { %s } }"""
LIVING = "FROM runs WHERE project_id = $1 AND deleted_at IS NULL"
ROWS = f"SELECT run_id, name, display_name, state, tags, created_at, config_text, summary_text {LIVING}"
OLDEST_FIRST = "ORDER BY created_at, run_id LIMIT 50"
BEST_FIRST = "ORDER BY (summary ->> 'acc')::float8 DESC NULLS LAST, created_at DESC, run_id DESC LIMIT 50"
THREE = "AND (config ->> 'lr')::float8 < $2 AND (summary ->> 'loss')::float8 <= $3 AND tags && $4::text[]"
GROUPS = f"""
SELECT m, count(*), avg(v), stddev_samp(v), min(v), max(v), percentile_cont(0.5) WITHIN GROUP (ORDER BY v)
FROM (SELECT config ->> 'model' AS m, (summary ->> 'loss')::float8 AS v {LIVING}) AS f
GROUP BY 1 ORDER BY 1
"""
HISTOGRAM = f"""
WITH f AS MATERIALIZED (SELECT (summary ->> 'loss')::float8 AS v {LIVING}),
edges AS (SELECT min(v) AS low, max(v) AS high FROM f)
SELECT least(width_bucket(v, low, high, 20), 20) - 1, count(*) FROM f CROSS JOIN edges GROUP BY 1 ORDER BY 1
"""
LIVING_ALIASED = "WHERE r.project_id = $1 AND r.deleted_at IS NULL"
TAGS = f"SELECT tag, count(*) FROM runs AS r, unnest(tags) AS tag {LIVING_ALIASED} GROUP BY 1 ORDER BY 2 DESC"
KEYS = f"""
SELECT key, jsonb_typeof(value), count(*) FROM runs AS r, jsonb_each(config) {LIVING_ALIASED} GROUP BY 1, 2 ORDER BY 1
"""


@dataclass(frozen=True)
class Work:
    """One thing to find: by us, and by SQL whose `$1` is the project; both give what can be compared."""

    name: str
    ask: Callable[[GraphQL, str, int], object]
    sql: str
    found: Callable[[Records], object]
    arguments: Callable[[int], tuple[object, ...]] = lambda _: ()
    is_slow: bool = True
    has_rows: bool = False


def _page(name: str, filters: object, order: str, condition: str, *values: object, is_slow: bool = False) -> Work:
    """The first page; a value may depend on the number of runs."""

    def arguments(size: int) -> tuple[object, ...]:
        return tuple(value(size) if callable(value) else value for value in values)

    def asked(http: GraphQL, project: str, size: int) -> object:
        chosen = filters(size) if callable(filters) else filters
        return ask(http, project, None if chosen is None else json.dumps(chosen), order)

    ending = OLDEST_FIRST if order == "+created_at" else BEST_FIRST
    return Work(name, asked, f"{ROWS} {condition} {ending}", names_of, arguments, is_slow, has_rows=True)


def first_pages() -> list[Work]:
    """Pages that a list shows first, and filters that let few runs through."""
    search = searches(1)[0]
    best = f"-{ORDERED_BY}"

    def last(size: int) -> float:
        return size - 3

    def highest(size: int) -> float:
        return 1 - 3 / size

    return [
        _page("first page, oldest first", None, "+created_at", ""),
        _page("first page, best first", None, best, "", is_slow=True),
        _page("first page, 3 conditions, best first", _three(search), best, THREE, *_values(search), is_slow=True),
        _page("rare: config.kind =", {"config.kind": "rare"}, "+created_at", 'AND config @> \'{"kind": "rare"}\''),
        _page("rare: display name in 2", {"displayName": {"$in": TWO_TITLES}}, "+created_at", TITLED, TWO_TITLES),
        _page("rare: group =", {"group": "rare"}, "+created_at", "AND group_name = 'rare'"),
        _page("rare: tag", {"tags": "rare"}, "+created_at", "AND tags @> '{rare}'"),
        _page("rare: state =", {"state": "failed"}, "+created_at", "AND state = 'failed'"),
        _page("rare: name in 3", {"name": {"$in": THREE_NAMES}}, "+created_at", "AND name = ANY ($2)", THREE_NAMES),
        _page(
            "rare: config.seed in a range",
            lambda size: {"config.seed": {"$gte": last(size)}},
            "+created_at",
            "AND (config ->> 'seed')::float8 >= $2",
            last,
            is_slow=True,
        ),
        _page(
            "rare: summary.acc in a range, indexed",
            lambda size: {ORDERED_BY: {"$gte": highest(size)}},
            "+created_at",
            "AND (summary ->> 'acc')::float8 >= $2",
            highest,
            is_slow=True,
        ),
    ]


TWO_TITLES = ["earnest-sunset-11", "earnest-sunset-4000"]
TITLED = "AND display_name = ANY ($2)"
THREE_NAMES = ["run0000007", "run0000011", "run0004000"]


def _three(search: Search) -> object:
    return json.loads(search.filters)


def _values(search: Search) -> tuple[object, ...]:
    return (search.lr, search.loss, search.tags)


def whole_projects() -> list[Work]:
    """What goes over all runs of a project."""
    search = searches(1)[0]
    three = json.dumps(_three(search))

    def of(field: str, filters: str | None = None) -> Callable[[GraphQL, str, int], Any]:
        return lambda http, project, _: http.execute(OF_PROJECT % field, p=project, f=filters)["project"]

    count = of("runs(first: 0, filters: $f) { totalCount }")
    counted = of("runs(first: 0, filters: $f) { totalCount }", three)
    groups = of(
        'runGroups(by: ["config.model"], metrics: ["summary_metrics.loss"], filters: $f)'
        " { groups { runCount metrics { count mean std min max median } } }"
    )
    values, keys = (
        of('runValues(field: "tags", filters: $f) { value runCount }'),
        of("runKeys(document: CONFIG, filters: $f) { key type runCount }"),
    )
    bins = of('runHistogram(field: "summary_metrics.loss", filters: $f) { runCount }')
    return [
        Work("count", lambda *a: count(*a)["runs"]["totalCount"], f"SELECT count(*) {LIVING}", _single),
        Work(
            "count, 3 conditions",
            lambda *a: counted(*a)["runs"]["totalCount"],
            f"SELECT count(*) {LIVING} {THREE}",
            _single,
            lambda _: _values(search),
        ),
        Work(
            "group by config.model, 6 aggregates",
            lambda *a: [group["runCount"] for group in groups(*a)["runGroups"]["groups"]],
            GROUPS,
            lambda records: [record["count"] for record in records],
        ),
        Work(
            "facets: tags",
            lambda *a: {json.loads(v["value"]): v["runCount"] for v in values(*a)["runValues"] if v["value"]},
            TAGS,
            lambda records: {record["tag"]: record["count"] for record in records},
        ),
        Work(
            "histogram: summary.loss",
            lambda *a: [found["runCount"] for found in bins(*a)["runHistogram"]],
            HISTOGRAM,
            lambda records: [dict(map(tuple, records)).get(number, 0) for number in range(20)],
        ),
        Work(
            "runKeys: config",
            lambda *a: [tuple(key.values()) for key in keys(*a)["runKeys"]],
            KEYS,
            lambda records: [tuple(record) for record in records],
        ),
    ]


def names_of(records: Records) -> object:
    """The names on a page."""
    return [record["name"] for record in records]


def _single(records: Records) -> object:
    return records[0][0]
