"""What a filter may cost: what is sensible passes, and what is refused is told what costs the most."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runfolio_server.errors import AppError
from runfolio_server.filters.language.tree import EVERYTHING
from tests.run_language import parse_filters


@pytest.mark.parametrize(
    "filters",
    [
        {"$or": [{f"config.k{number}": number} for number in range(500)]},
        {f"config.k{number}.value": {"$ne": number} for number in range(500)},
        {f"config.k{number}.x.value": {"$ne": number} for number in range(333)},
        {f"config.k{number}": {"$gt": number, "$lt": number + 1} for number in range(200)},
        {"$or": [{f"summary.k{number}": {"$in": [number, "x"]}} for number in range(250)]},
        {"$or": [{"config.x": {"$contains": f"a{number}"}} for number in range(80)]},
        {"$or": [{"notes": {"$contains": f"a{number}"}} for number in range(400)]},
        {"$or": [{"config.x": {"$regex": f"a{number}"}} for number in range(30)]},
        {"config.x": {"$in": list(range(10_000))}},
        {"name": {"$in": ["x"] * 10_000}},
        {"$or": [{"config.x": number} for number in range(3000)]},
        {"tags": {"$all": [f"a{number}" for number in range(500)]}},
    ],
    ids=lambda filters: json.dumps(filters)[:50],
)
def test_what_is_sensible_costs_little_enough(filters: Any) -> None:
    assert parse_filters(json.dumps(filters)) != EVERYTHING


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"$or": [{"config.x": {"$contains": f"a{n}"}} for n in range(81)]}, "costs 2025; allowed: 2000"),
        (
            {
                "$or": [{"config.x": {"$contains": f"a{n}"}} for n in range(79)],
                "notes": {"$regex": "a"},
                "tags": ["a"] * 30,
            },
            "79 × $contains on any JSON value: 1975; 1 × $regex on text: 15; 1 × $eq on list of text: 14.",
        ),
        ({"tags": {"$in": [[f"a{number}"] for number in range(900)]}}, "costs 2102; allowed: 2000"),
        ({"tags": {"$in": [f"a{number}" for number in range(6000)]}}, "costs 2002; allowed: 2000"),
    ],
)
def test_what_costs_too_much_is_refused_with_what_costs_the_most(filters: Any, words: str) -> None:
    with pytest.raises(AppError) as caught:
        parse_filters(json.dumps(filters))

    assert words in caught.value.message
    assert (400, "filters", ("a cost of 2000",)) == (caught.value.status, caught.value.path, caught.value.allowed)
    assert len(caught.value.message) < 500
