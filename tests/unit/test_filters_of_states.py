"""A state that there is not is a mistake in a filter, wherever equality with it is asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runfolio_server.domain.run_state import RunState
from runfolio_server.errors import AppError
from tests.run_language import parse_filters


@pytest.mark.parametrize(
    ("condition", "place"),
    [
        ("Killed", ""),
        ("done", ""),
        ("", ""),
        ({"$eq": "done"}, ".$eq"),
        ({"$ne": "done"}, ".$ne"),
        ({"$in": ["finished", "done"]}, ".$in[1]"),
        ({"$not": {"$nin": ["done"]}}, ".$not.$nin[0]"),
    ],
    ids=str,
)
def test_a_state_that_there_is_not_is_refused_with_the_states(condition: Any, place: str) -> None:
    with pytest.raises(AppError) as caught:
        parse_filters(json.dumps({"state": condition}))

    assert f"filters.state{place}" == caught.value.path
    assert (*(state.value for state in RunState), "null") == caught.value.allowed
    assert "allowed: pending, running, finished, failed, crashed" in caught.value.message


@pytest.mark.parametrize("condition", [None, "killed", {"$in": ["killed", None]}, {"$regex": "ed$"}, {"$gt": "f"}])
def test_states_null_and_what_is_no_equality_are_read(condition: Any) -> None:
    parse_filters(json.dumps({"state": condition}))
