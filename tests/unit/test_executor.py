"""Lists answered by compiled selections are byte for byte what graphql-core answers, errors and paths included."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from graphql import execute_sync, get_introspection_query, parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.extensions import SchemaExtension

from runfolio_server.domain.time_text import time_text
from runfolio_server.endpoints.graphql import encode
from runfolio_server.graph.execution.executor import CompiledExecutor
from runfolio_server.graph.schema import schema as served_schema
from tests.both_executors import Both, execute_both
from tests.generated_documents import documents
from tests.unit.executor_schema import (
    ODD_VALUES,
    SCHEMA,
    Holder,
    Item,
    Later,
    Owner,
    Owners,
    Query,
    Row,
    Shy,
    none_of_it,
)

LEAVES = "name key number ratio flag big text value when instant colour tags gaps grid title note loud"
COMPILED = [
    f"{{ items {{ {LEAVES} }} }}",
    "{ items { __typename a: name b: name n: __typename friend { __typename name } part { __typename size colours }"
    " neededPart { size } } }",
    "{ items { ...F ...G } } fragment F on Item { name part { size } } fragment G on Named { name ... on Item { part"
    " { again: size colours } } ... on Owner { age } }",
    "query($yes: Boolean!, $no: Boolean = false) { items { name @include(if: $yes) number @skip(if: $no) flag"
    " @include(if: $no) ... @skip(if: $yes) { key } parts @include(if: $yes) { size colours @skip(if: $yes) } } }",
    "{ items { name owner { name age label } neededOwner { name label } } }",
    "{ items { holder { item { name owner { label } } } holders { item { number owner { name } } } part { size } } }",
    "{ gappyItems { name tags owner { age } } nested { name grid owner { name } } }",
    "{ holder { item { name parts { size } holders { item { owner { label } } } } } items { name } }",
]
LEFT = [
    "{ items { name slow owner { label } parts { size colours } } }",
    "{ items { times by3: times(by: 3) parts { size } } }",
    "{ named { __typename name ... on Owner { age label } ... on Item { number parts { size } } } }",
    "{ things { ... on Item { name owner { name } thing { ... on Owner { age } } } ... on Owner { age } } }",
]
DOCUMENTS = COMPILED + LEFT


def items(**odd: Callable[[], Any]) -> list[Item]:
    """Three items; the second has these odd values."""
    return [
        Item(name="first", holder=Holder(item=Item(name="inner"))),
        Item(**{"name": "second"} | {name: make() for name, make in odd.items()}),
        Item(name="third", row=Row("t", "n"), part=None, number=None, friend=Owner(name="f"), thing=Owner(name="o")),
    ]


def root(**odd: Callable[[], Any]) -> Query:
    """A root with these items in all its lists."""
    return Query(
        items=items(**odd),
        gappy_items=[None, *items(**odd), None],
        named=[*items(**odd), Owner(name="o")],
        things=[Owner(name="o"), *items(**odd)],
        nested=[items(**odd), [], items(**odd)],
        holder=Holder(item=items(**odd)[1]),
    )


async def both(document: str, make_root: Callable[[], Any] = root, owners: Callable[[], Owners] = Owners) -> Both:
    """Both answers; the variables are $yes = true."""
    return await execute_both(SCHEMA, document, make_root, owners, yes=True)


@pytest.mark.parametrize("document", COMPILED)
async def test_a_compiled_list_is_what_graphql_core_answers(document: str) -> None:
    found = await both(document, owners=lambda: Owners(Owner(name="ada")))

    assert found.generic == found.compiled
    assert not found.generic[1]
    assert not [path for path in found.done_over if path.endswith(("items", "Items"))]


@pytest.mark.parametrize("document", LEFT)
async def test_what_cannot_be_compiled_is_left_to_graphql_core(document: str) -> None:
    found = await both(document, owners=lambda: Owners(Owner(name="ada")))

    assert found.generic == found.compiled
    assert found.done_over


@pytest.mark.parametrize("attribute", ODD_VALUES)
async def test_an_odd_value_answers_what_graphql_core_answers(attribute: str) -> None:
    for document in DOCUMENTS:
        for make in ODD_VALUES[attribute]:
            found = await both(document, partial(root, **{attribute: make}))

            assert found.generic == found.compiled, (document, make())


@pytest.mark.parametrize(
    "make",
    [
        list,
        lambda: None,
        lambda: tuple(items()),
        none_of_it,
        lambda: [Item(name="a"), None],
        lambda: [Item(name="a"), ValueError("an item")],
        lambda: [Item(name="a"), Later(Item(name="b"))],
        lambda: [Item(name="a"), Shy()],
        lambda: [Owner(name="a")],
        lambda: {"name": "a dict"},
        lambda: "text",
        lambda: 5,
    ],
)
async def test_an_odd_list_answers_what_graphql_core_answers(make: Callable[[], Any]) -> None:
    for document in DOCUMENTS:
        found = await both(document, lambda: Query(items=make(), gappy_items=make(), named=make(), nested=[make()]))

        assert found.generic == found.compiled, document


async def test_items_that_wait_answer_what_graphql_core_answers() -> None:
    waiting: list[Any] = [Later(Item(name="a")), Item(name="b")]

    found = await both("{ items { name } }", lambda: Query(items=waiting))

    assert found.generic == found.compiled
    assert b'{"data":{"items":[{"name":"a"},{"name":"b"}]}}' == found.compiled[0]


@pytest.mark.parametrize("label", ["label", None, 5, ValueError("bad label")])
@pytest.mark.parametrize(
    "owner",
    [
        lambda: None,
        lambda: Owner(name="o", age=2**40),
        lambda: Owner(name=None),  # type: ignore[arg-type]
        lambda: ValueError("the database is away"),
        Shy,
        lambda: "text",
    ],
)
async def test_an_odd_batch_answers_what_graphql_core_answers(owner: Callable[[], Any], label: Any) -> None:
    for document in DOCUMENTS:
        found = await both(document, owners=lambda: Owners(owner(), label))

        assert found.generic == found.compiled, document


async def test_a_batched_field_is_asked_once_for_a_list_and_once_for_what_its_items_share() -> None:
    context = Owners(Owner(name="ada"))

    result = await SCHEMA.execute("{ items { owner { label } } }", root_value=root(), context_value=context)

    assert result.errors is None
    assert [3, 1] == context.batches


@settings(max_examples=100)
@given(
    document=documents(SCHEMA._schema, {"Item.times": "(by: 3)"}),
    odd=st.dictionaries(st.sampled_from(sorted(ODD_VALUES)), st.integers(0, 9), max_size=2),
    owner=st.sampled_from([None, Owner(name="ada"), ValueError("away")]),
    either=st.booleans(),
)
async def test_a_generated_document_answers_what_graphql_core_answers(
    document: str, odd: dict[str, int], owner: Any, either: bool
) -> None:
    assert not validate(SCHEMA._schema, parse(document))
    chosen = {name: ODD_VALUES[name][number % len(ODD_VALUES[name])] for name, number in odd.items()}

    found = await execute_both(SCHEMA, document, lambda: root(**chosen), lambda: Owners(owner), either=either)

    assert found.agree


@given(moment=st.datetimes(timezones=st.just(UTC)))
def test_the_encoder_writes_utc_times_as_the_scalar_does(moment: datetime) -> None:
    written = encode({"at": moment, "text": "2026"})

    assert encode({"at": time_text(moment), "text": "2026"}) == written
    # An integer that orjson refuses.
    assert json.loads(written) | {"large": 2**70} == json.loads(encode({"at": moment, "text": "2026", "large": 2**70}))


async def test_a_document_is_compiled_once_for_each_choice_of_its_switches(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []
    compile_shape = CompiledExecutor._compile

    def counted(self: CompiledExecutor, *arguments: Any) -> Any:
        compiled.append(arguments)
        return compile_shape(self, *arguments)

    monkeypatch.setattr(CompiledExecutor, "_compile", counted)
    document = (
        "query($yes: Boolean!, $by: Int!) { items { name @include(if: $yes) number }"
        " holder { item { times(by: $by) } } }"
    )

    answers = [
        (await SCHEMA.execute(document, root_value=root(), variable_values={"yes": yes, "by": number})).data
        for number, yes in enumerate([True, False, True, False])
    ]

    assert 2 == len(compiled)
    assert [["name", "number"], ["number"]] * 2 == [sorted(answer["items"][0]) for answer in answers if answer]


async def test_others_get_their_turn_between_two_types_of_the_schema() -> None:
    turns, is_done = 0, False

    async def take_turns() -> None:
        nonlocal turns
        while not is_done:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(take_turns())
    answer = await SCHEMA.execute(get_introspection_query())
    is_done = True
    await beside

    assert answer.data is not None
    assert execute_sync(SCHEMA._schema, parse(get_introspection_query())).data == answer.data
    assert turns > len(SCHEMA._schema.type_map)


async def test_an_extension_that_wraps_resolvers_sees_every_field() -> None:
    seen = []

    class Seeing(SchemaExtension):
        def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
            seen.append(info.field_name)
            return _next(root, info, *args, **kwargs)

    extensions = SCHEMA.extensions
    SCHEMA.extensions = (*extensions, Seeing)
    try:
        await SCHEMA.execute("{ items { name } }", root_value=root())
    finally:
        SCHEMA.extensions = extensions

    assert ["items", "name", "name", "name"] == seen


def test_the_service_uses_it() -> None:
    assert served_schema.execution_context_class is CompiledExecutor
