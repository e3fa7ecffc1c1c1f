"""Filters of so many conditions that they share what is read of a row let through what the documented rules do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.filters.sql.shared_documents import TOGETHER
from runfolio_server.sql.pool import Database
from tests.filter_oracle import RunDocument, evaluate
from tests.filter_strategies import every_condition, every_document, run_lists, wide_filters
from tests.sql.test_filters_against_oracle import examples, matches_of, stored

pytestmark = pytest.mark.anyio


async def wrong_matches(database: Database, runs: list[RunDocument], asked: list[Any]) -> list[tuple[Any, RunDocument]]:
    async with stored(database, runs) as connection:
        found = await matches_of(connection, [json.dumps(one) for one in asked])
    return [
        (one, run)
        for run in runs
        for number, one in enumerate(asked)
        if found[run.run_id][number] != evaluate(one, run)
    ]


@given(runs=run_lists, asked=st.lists(wide_filters, min_size=1, max_size=3))
@examples(30)
async def test_a_filter_of_many_conditions_lets_through_what_the_documented_rules_let_through(
    database: Database, runs: list[RunDocument], asked: list[Any]
) -> None:
    wrong = await wrong_matches(database, runs, asked)

    assert not wrong, wrong[0]


async def test_every_operator_lets_through_the_same_among_many_conditions(database: Database) -> None:
    many = {f"config.absent{number}": {"$exists": False} for number in range(TOGETHER)}
    asked = [{**many, "$nor": [{"$not": one}]} for one in every_condition("config.a.b")[::2]]

    wrong = await wrong_matches(database, every_document(), asked)

    assert not wrong, wrong[0]
