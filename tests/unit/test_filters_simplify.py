"""What hundreds of conditions become before PostgreSQL is given them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runfolio_server.domain.run_id import run_id_of
from runfolio_server.filters.language.tree import And, Or
from runfolio_server.filters.sql.compile import compile_filter
from tests.run_language import parse_filters


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ({"$or": [{"name": "a"}, {"name": "b"}, {"name": {"$in": ["c"]}}]}, {"name": {"$in": ["a", "b", "c"]}}),
        (
            {"$or": [{"$or": [{"name": "a"}, {"group": "g"}]}, {"name": "b"}]},
            {"$or": [{"name": {"$in": ["a", "b"]}}, {"group": "g"}]},
        ),
        ({"$nor": [{"tags": "a"}, {"tags": ["b", "c"]}]}, {"$not": {"tags": {"$in": ["a", ["b", "c"]]}}}),
        (
            {"$and": [{"config.x": {"$ne": 1}}, {"$and": [{"config.x": {"$nin": [None]}}]}]},
            {"config.x": {"$nin": [1, None]}},
        ),
        ({"$or": [{"name": {"$in": []}}, {"name": "a"}]}, {"name": {"$in": ["a"]}}),
    ],
    ids=str,
)
def test_alternatives_and_exclusions_on_one_field_are_one_condition(long: Any, short: Any) -> None:
    assert parse_filters(json.dumps(short)) == parse_filters(json.dumps(long))


@pytest.mark.parametrize(
    "filters",
    [
        {"$and": [{"name": "a"}, {"name": "b"}]},
        {"$or": [{"name": {"$ne": "a"}}, {"name": {"$ne": "b"}}]},
        {"$or": [{"config.a.b": 1}, {'config["a"]["b"]': 2}]},
        {"$or": [{"config.a": {"$gt": 1}}, {"config.a": {"$gt": 2}}]},
        {"$or": [{"config.a": 1}, {"$not": {"config.a": 2}}]},
    ],
    ids=str,
)
def test_what_would_mean_something_else_is_not_merged(filters: Any) -> None:
    found = parse_filters(json.dumps(filters))

    assert isinstance(found, And | Or)
    assert len(found.filters) == 2


def test_hundreds_of_alternatives_are_as_cheap_as_a_list() -> None:
    listed = {"config.seed": {"$in": list(range(1000))}}
    spelled = {"$or": [{"config.seed": number} for number in range(1000)]}

    assert compile_filter(parse_filters(json.dumps(listed)), 1) == compile_filter(parse_filters(json.dumps(spelled)), 1)


def test_many_values_are_not_each_compared_with_what_the_planner_knows_of_config() -> None:
    few, many = ({f"config.a.b{number}": {"$in": list(range(8))} for number in range(count)} for count in (3, 4))

    assert "r.config @> ANY" in compile_filter(parse_filters(json.dumps(few)), 1).sql
    assert "r.config @> ANY" not in compile_filter(parse_filters(json.dumps(many)), 1).sql


def test_many_conditions_on_a_document_read_it_once_beside_those_that_its_index_serves() -> None:
    some = {f"config.k{number}": number for number in range(6)} | {"name": "a", "config.text": {"$contains": "x"}}
    compiled = compile_filter(parse_filters(json.dumps(some)), 1).sql
    beside, shared = compiled.split("OFFSET 0", 1)

    assert beside.count("r.config @> ANY") == 4
    assert beside.count("r.config ||") == 1
    assert "r.name = " in beside
    assert "r.config" not in shared
    assert shared.count("d.config -> ") == 3


def test_few_conditions_on_documents_are_asked_of_the_row() -> None:
    few = {f"config.k{number}": {"$gt": number} for number in range(4)} | {"name": "a", "state": "running"}

    assert "OFFSET" not in compile_filter(parse_filters(json.dumps(few)), 1).sql


def test_a_run_is_found_by_its_name_through_its_key() -> None:
    tree = parse_filters('{"name": {"$in": ["a", "b"]}}')

    assert compile_filter(tree, 1).sql == "(r.name = ANY ($1::text[]))"
    compiled = compile_filter(tree, 1, 7)
    assert compiled.sql == "(r.run_id = ANY ($2::uuid[]) AND (r.name = ANY ($1::text[])))"
    assert compiled.parameters == [["a", "b"], [run_id_of(7, "a"), run_id_of(7, "b")]]
