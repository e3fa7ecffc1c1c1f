"""Answers with long lists of text: the pieces that are sent make up what would be encoded at once."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from runfolio_server.endpoints import large_answers
from runfolio_server.endpoints.graphql import encode
from runfolio_server.endpoints.large_answers import encoded_pieces, has_long_list

pytestmark = pytest.mark.anyio

ROWS = [json.dumps({"_step": step, "text": "ü\\" * step}) for step in range(100)]
ANSWERS: list[dict[str, Any]] = [
    {"data": {"project": {"run": {"historyRows": {"rows": ROWS, "pageInfo": {"hasNextPage": True}}}}}},
    {"data": {"run": {"history": ROWS, "again": ROWS, "empty": [], "none": None}, "other": {}}},
    {"data": {"rows": [ROWS[50] * 100]}, "errors": [{"message": "m", "path": ["a", 1]}]},
    {"data": ROWS},
]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_answers, "LONG_LIST_CHARACTERS", 1000)
    monkeypatch.setattr(large_answers, "PIECE_BYTES", 500)


@pytest.mark.parametrize("answer", ANSWERS)
async def test_the_pieces_are_the_answer(answer: dict[str, Any]) -> None:
    assert has_long_list(answer)

    pieces = [piece async for piece in encoded_pieces(answer, encode)]

    assert orjson.dumps(answer) == b"".join(pieces)


async def test_no_piece_is_much_larger_than_it_may_be() -> None:
    pieces = [piece async for piece in encoded_pieces(ANSWERS[0], encode)]

    assert len(pieces) > 10
    assert max(map(len, pieces)) < 2 * 500 + 2 * max(map(len, ROWS))


async def test_what_orjson_refuses_is_encoded_all_the_same() -> None:
    answer = {"data": {"rows": [*ROWS, "\ud800"], "large": 10**30}}

    pieces = [piece async for piece in encoded_pieces(answer, encode)]

    assert answer == json.loads(b"".join(pieces))


@pytest.mark.parametrize(
    "answer",
    [
        {"data": {"rows": ROWS[:5]}},
        {"data": {"edges": [{"rows": ROWS}]}},
        {"data": {"mixed": ["x" * 2000, 1]}},
        {"data": {"numbers": list(range(5000))}},
        {"data": None},
    ],
)
def test_other_answers_are_encoded_at_once(answer: dict[str, Any]) -> None:
    assert not has_long_list(answer)
