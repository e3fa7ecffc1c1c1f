"""What a front-end shows beside a list of runs: values of a field, its distribution, and the keys there are."""

from __future__ import annotations

import re
from enum import Enum
from typing import Annotated

import strawberry

from runfolio_server.domain.hidden import Sight
from runfolio_server.domain.json_text import storable_text
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import name_excerpt
from runfolio_server.filters.language.fields import Field
from runfolio_server.filters.language.value_text import readable_value
from runfolio_server.filters.regex.regex import translate_regex
from runfolio_server.filters.run_fields import run_fields_for
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.graph.execution.siblings import field_name
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs, items
from runfolio_server.graph.limits.runs_cost import OVER_DOCUMENTS, over_runs
from runfolio_server.graph.relay.scalars import Int64, JSONString
from runfolio_server.graph.runs.arguments import Filters
from runfolio_server.graph.runs.expected_texts import expect_texts
from runfolio_server.graph.runs.fields import RunField, run_fields
from runfolio_server.graph.runs.histogram import BINS_DEFAULT, BINS_MAX, HistogramBin, histogram_bins
from runfolio_server.graph.runs.shown import project_sight
from runfolio_server.sql.projects.projects import ProjectRow
from runfolio_server.sql.run_lists.groups import select_bins, select_values
from runfolio_server.sql.run_lists.keys import KeySearch, select_document_keys

VALUES_DEFAULT = 100
VALUES_MAX = 10_000
KEYS_DEFAULT = 1000
KEYS_MAX = 10_000
SEARCH_MAX = 60
"""Characters of a search that is made a pattern: each takes up to four of the 256 that a pattern may have."""


@strawberry.enum(description="A document of a run.")
class RunDocument(Enum):
    """Which keys."""

    CONFIG = strawberry.enum_value("config", description="The inputs.")
    SUMMARY = strawberry.enum_value("summary", description="The results.")


DOCUMENT_NAMES = {RunDocument.CONFIG: "config", RunDocument.SUMMARY: "summary"}


@strawberry.type(description="A distinct value of a field.")
class FieldValue:
    """One value."""

    value: JSONString | None = strawberry.field(description="The value; null: the runs that have none.")
    run_count: Int64 = strawberry.field(description="How many runs have it.")


@strawberry.type(description="A key of config or summary with the type of its values.")
class DocumentKey:
    """One key and type; a key with values of two types appears twice."""

    key: str = strawberry.field(description="Its name; a key inside an object is joined by dots.")
    field: str = strawberry.field(
        description='How filters, an order, groups and columns name it: `config.lr`, or `config["a,b"]` where a dotted '
        "name would not be read back."
    )
    type: str = strawberry.field(
        description="`null`, `string`, `number`, `boolean`, `array` or `object` (an empty one)."
    )
    run_count: Int64 = strawberry.field(description="How many runs have it so.")


FieldName = Annotated[str, strawberry.argument(description="A field such as `group`, `tags` or `config.lr`.")]


@strawberry.type
class ProjectRunFacets:
    """The fields of Project that describe what its runs hold."""

    row: strawberry.Private[ProjectRow]

    @strawberry.field(
        description="What your filters of runs may name, with types and operators: the same in every project of yours, "
        "and less where you are no member.",
    )
    def run_fields(self, info: RequestInfo) -> list[RunField]:
        """Fields of the filter language."""
        return run_fields(run_fields_for(project_sight(info.context.viewer, self.row)))

    @strawberry.field(
        description="The distinct values of a field, the most frequent first; each tag counts for itself.",
        metadata=costs(over_runs(items("first", VALUES_DEFAULT))),
    )
    async def run_values(
        self,
        info: RequestInfo,
        field: FieldName,
        filters: Filters = strawberry.UNSET,
        first: Annotated[int, strawberry.argument(description="How many; at most 10,000.")] = VALUES_DEFAULT,
    ) -> list[FieldValue]:
        """Values with counts."""
        _check("first", first, VALUES_MAX)
        sight = project_sight(info.context.viewer, self.row)
        query, wanted = RunQuery.asked(sight, filters or None).page(first), _field(field, sight)
        async with info.context.database.connection() as connection:
            left = info.context.budget.bytes_left
            rows = await select_values(connection, self.row.project_id, query, wanted, left)
        expect_texts(info, (row.value for row in rows if row.value is not None))
        return [
            FieldValue(
                value=None if row.value is None else JSONString(readable_value(row.value)), run_count=Int64(row.count)
            )
            for row in rows
        ]

    @strawberry.field(
        description="How the finite numbers of a field are distributed; empty when no run has one.",
        metadata=costs(over_runs(items("bins", BINS_DEFAULT))),
    )
    async def run_histogram(
        self,
        info: RequestInfo,
        field: FieldName,
        filters: Filters = strawberry.UNSET,
        bins: Annotated[
            int, strawberry.argument(description="How many equally wide bins; at most 1,000.")
        ] = BINS_DEFAULT,
    ) -> list[HistogramBin]:
        """A histogram."""
        _check("bins", bins, BINS_MAX)
        sight = project_sight(info.context.viewer, self.row)
        query, wanted = RunQuery.asked(sight, filters or None), _field(field, sight)
        async with info.context.database.connection() as connection:
            rows = await select_bins(connection, self.row.project_id, query, wanted, bins)
        if not rows:
            return []
        return histogram_bins(rows[0].low, rows[0].high, bins, {row.number: row.count for row in rows})

    @strawberry.field(
        description="The keys of config or summary that its runs have, by name: for column pickers. Without those that "
        "the SDK keeps there for itself, which no reader is shown.",
        metadata=costs(over_runs(items("first", KEYS_DEFAULT), OVER_DOCUMENTS)),
    )
    async def run_keys(
        self,
        info: RequestInfo,
        document: Annotated[RunDocument, strawberry.argument(description="Config or summary.")],
        search: Annotated[
            str | None, strawberry.argument(description="Only keys that contain this text; null: all.")
        ] = strawberry.UNSET,
        case_sensitive: Annotated[
            bool,
            strawberry.argument(
                description="Whether `search` tells `Loss` from `loss`; only ASCII letters have a case."
            ),
        ] = True,
        fuzzy: Annotated[
            bool,
            strawberry.argument(
                description="Whether it is enough that a key has the characters of `search` in this order, with others "
                "between them: `evls` finds `eval/loss`."
            ),
        ] = False,
        regex: Annotated[
            str | None, strawberry.argument(description="Only keys that match this RE2 pattern somewhere; null: all.")
        ] = strawberry.UNSET,
        filters: Filters = strawberry.UNSET,
        first: Annotated[int, strawberry.argument(description="How many; at most 10,000.")] = KEYS_DEFAULT,
    ) -> list[DocumentKey]:
        """Keys with types and coverage."""
        _check("first", first, KEYS_MAX)
        if search and regex:
            raise AppError("Give search or regex, not both.", path="search", allowed=("search", "regex"))
        if search and (fuzzy or not case_sensitive):
            wanted = KeySearch(pattern=_pattern_of(search, is_case_sensitive=case_sensitive, is_fuzzy=fuzzy))
        else:
            wanted = KeySearch(
                text=storable_text(search) if search else None,
                pattern=translate_regex(regex, "regex") if regex else None,
            )
        sight, budget = project_sight(info.context.viewer, self.row), info.context.budget
        query = RunQuery.asked(sight, filters or None).page(first)
        async with info.context.database.connection() as connection:
            rows = await select_document_keys(
                connection, self.row.project_id, query, DOCUMENT_NAMES[document], wanted, budget, field_name(info.path)
            )
        name = DOCUMENT_NAMES[document]
        return [
            DocumentKey(key=row.key, field=name + row.field, type=row.type_name, run_count=Int64(row.count))
            for row in rows
        ]


def _pattern_of(search: str, *, is_case_sensitive: bool, is_fuzzy: bool) -> str:
    """The regular expression of PostgreSQL for a text to be found. Raises AppError: longer than a pattern may be."""
    if len(search) > SEARCH_MAX:
        raise AppError(
            f"search has {len(search)} characters; allowed: {SEARCH_MAX} where it is fuzzy or its case does not count",
            path="search",
            allowed=(f"{SEARCH_MAX} characters",),
        )
    flags = "(?s)" if is_case_sensitive else "(?is)"
    return translate_regex(flags + (".*" if is_fuzzy else "").join(map(re.escape, search)), "search")


def _field(name: str, sight: Sight) -> Field:
    return run_fields_for(sight).find_value(name, f"field.{name_excerpt(name)}")


def _check(name: str, number: int, largest: int) -> None:
    if not 1 <= number <= largest:
        raise AppError(f"{name} is {number}; allowed: 1 to {largest}", path=name, allowed=(f"1 to {largest}",))
