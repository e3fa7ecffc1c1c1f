"""What is drawn for an answer is what it holds, whichever way it was made, and a spent budget ends the request."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar

import pytest
from graphql import parse, validate
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from runfolio_server.answer_budget import (
    AnswerBudget,
    WeighedDict,
    WeighedList,
    Weight,
    json_size,
    weigh,
)
from runfolio_server.answer_room import LARGE_ANSWER_BYTES, LARGE_ANSWERS_MAX, SMALL_ANSWER_BYTES, room_for_answers
from runfolio_server.errors import AnswerTooLarge
from runfolio_server.graph.execution.executor import CompiledExecutor
from tests.generated_documents import documents
from tests.unit.executor_schema import SCHEMA, Owner, Owners
from tests.unit.test_executor import DOCUMENTS, root

EVERY_TEXT = '\0\x1f"\\/é漢😀\ud800 plain'


class Drawing(CompiledExecutor):
    """Our executor, whose budget can be looked at afterwards, with compiled selections or without."""

    drawn: ClassVar[list[AnswerBudget]] = []
    is_compiling = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._may_compile = self.is_compiling
        self.drawn.append(self._budget)


async def execute(document: str, is_compiling: bool, **variables: Any) -> tuple[Any, AnswerBudget]:
    """The data, unless there were errors, and the budget."""

    class Executor(Drawing):
        drawn: ClassVar[list[AnswerBudget]] = []

    Executor.is_compiling = is_compiling
    before = SCHEMA.execution_context_class
    try:
        SCHEMA.execution_context_class = Executor
        result: Any = await SCHEMA.execute(
            document,
            variable_values=variables,
            root_value=root(),
            context_value=Owners(Owner(name="ada")),
        )
    finally:
        SCHEMA.execution_context_class = before
    return None if result.errors else result.data, Executor.drawn[0]


def without_times(value: Any) -> Any:
    """The data with times as they are weighed: not at all in compiled lists, where the encoder writes them."""
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_times(item) for item in value]
    return "" if isinstance(value, datetime) else value


@pytest.mark.parametrize("is_compiling", [True, False])
@pytest.mark.parametrize("document", DOCUMENTS)
async def test_as_much_is_drawn_as_the_answer_holds(document: str, is_compiling: bool) -> None:
    data, budget = await execute(document, is_compiling, yes=True)

    weight = weigh(without_times(data))
    assert data
    # The root object is not drawn.
    assert (weight.size, weight.values - 1) == (budget.size, budget.values)


@settings(max_examples=100, phases=[Phase.explicit, Phase.generate])
@given(document=documents(SCHEMA._schema, {"Item.times": "(by: 3)"}), is_compiling=st.booleans())
async def test_as_much_is_drawn_as_a_generated_document_answers(document: str, is_compiling: bool) -> None:
    assert not validate(SCHEMA._schema, parse(document))

    data, budget = await execute(document, is_compiling, either=True)

    if data is not None:
        weight = weigh(without_times(data))
        assert (weight.size, weight.values - 1) == (budget.size, budget.values)


@pytest.mark.parametrize("text", [EVERY_TEXT, "", "plain", "é", "\ud800", '"', "\x01" * 100])
def test_the_size_of_a_text_is_that_of_its_json(text: str) -> None:
    assert len(json.dumps(text, ensure_ascii="\ud800" in text).encode()) - 2 == json_size(text)


def test_what_was_weighed_is_not_looked_into_again() -> None:
    inside = WeighedList(["x" * 10], Weight(3, 4))
    whole = WeighedDict({"a": inside}, Weight(5, 6))

    assert Weight(3, 4) == weigh(inside)
    assert Weight(5, 6) == weigh(whole)
    assert Weight(4 + 3, 2 + 4) == weigh({"name": [inside]})


def test_texts_count_as_their_bytes_as_soon_as_that_can_matter() -> None:
    budget = AnswerBudget(bytes_max=600)
    share = budget.share("a")

    assert 100 == budget.size_of_text("\x01" * 100)
    share.draw(100, 1)
    assert 600 == budget.size_of_text("\x01" * 100)


def test_a_spent_budget_says_what_took_most_and_stays_spent() -> None:
    budget = AnswerBudget(bytes_max=1000, values_max=10)
    budget.share("run.name").draw(30, 1)
    large = budget.share("run.config")
    large.draw(900, 1)

    with pytest.raises(AnswerTooLarge, match=r"more than 1000 bytes of text, .*; most of it is run\.config, with 1000"):
        large.draw(100, 1)
    with pytest.raises(AnswerTooLarge):
        budget.share("run.name").draw(0, 0)
    with pytest.raises(AnswerTooLarge):
        budget.check()


def test_what_is_read_counts_until_it_is_written() -> None:
    budget = AnswerBudget(values_max=10)
    for _ in range(5):
        with budget.reading("rows") as reading:
            reading.take(0, 9)

    with budget.reading("rows") as reading, budget.reading("others") as others:
        reading.take(0, 6)
        with pytest.raises(AnswerTooLarge, match=r"more than 10 values, .* most of it is rows, with 6"):
            others.take(0, 5)


async def test_what_waits_ends_with_the_budget() -> None:
    budget = AnswerBudget(values_max=1)
    ended = []

    async def waiting() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("waiting")
            raise

    async def spending() -> None:
        await asyncio.sleep(0)
        budget.share("a").draw(0, 2)

    with pytest.raises(AnswerTooLarge):
        async with budget.ending():
            await asyncio.gather(waiting(), spending(), return_exceptions=True)

    assert ["waiting"] == ended
    # Nothing of it is left for what comes after.
    await asyncio.sleep(0)


async def test_a_budget_that_is_spent_at_the_very_end_ends_the_request_too() -> None:
    budget = AnswerBudget(values_max=1)

    with pytest.raises(AnswerTooLarge):  # noqa: PT012
        async with budget.ending():
            with suppress(AnswerTooLarge):
                budget.share("a").draw(0, 2)

    await asyncio.sleep(0)


async def test_a_caller_who_goes_away_is_not_told_of_the_budget() -> None:
    budget = AnswerBudget(values_max=1)

    async def request() -> None:
        async with budget.ending():
            await asyncio.Event().wait()

    task = asyncio.create_task(request())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_large_answer_waits_for_the_other_of_its_user_before_it_reads_on() -> None:
    held = room_for_answers()
    large, small, other = [AnswerBudget(room=await held.take(user, 0)) for user in ("ann", "ann", "bob")]
    for budget in (large, other):
        budget.draw(SMALL_ANSWER_BYTES + 1, 0)
    await large.may_read()
    # It has room for all that may come, so that no two wait for each other.
    await large.may_read()
    await small.may_read()
    await other.may_read()
    assert LARGE_ANSWERS_MAX * LARGE_ANSWER_BYTES == held.used

    small.draw(SMALL_ANSWER_BYTES + 1, 0)
    waiting = asyncio.create_task(small.may_read())
    await asyncio.sleep(0)

    assert (False, 1) == (waiting.done(), held.waiting)
    waiting.cancel()


async def test_a_spent_budget_keeps_nothing_of_whoever_spent_it() -> None:
    budget = AnswerBudget(values_max=1)
    with pytest.raises(AnswerTooLarge):
        budget.draw(0, 2)
    with pytest.raises(AnswerTooLarge):
        budget.check()

    held = [getattr(budget, name) for name in ("_spent", "_ending", "_shares")]
    assert not any(isinstance(value, BaseException) for value in held)
    assert isinstance(held[0], str)
