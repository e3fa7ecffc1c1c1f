"""What a hostile request makes the server do is counted: little before it is refused, and no more than it is long."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import orjson
import pytest
import strawberry
from graphql import DocumentNode, parse

from runfolio_server.endpoints.graphql import read_document
from runfolio_server.errors import TooLarge
from runfolio_server.graph.limits.document_limits import MAX_TOKENS
from runfolio_server.graph.limits.known_documents import is_long
from runfolio_server.graph.limits.validation import FRAGMENTS_MAX, OPERATIONS_MAX, validated
from runfolio_server.graph.limits.variable_limits import ITEMS_MAX, VALUES_MAX
from runfolio_server.graph.runs.bulk_mutations import UpdateRunsInput, _choice
from runfolio_server.graph.schema import schema
from tests.called import Called
from tests.load import hostile_requests

BODIES: dict[str, Callable[[], bytes]] = {
    "variables": lambda: hostile_requests.many_variables(16, 9000),
    "brackets": lambda: hostile_requests.brackets_that_are_not_strict(2 * VALUES_MAX),
    "ids": lambda: hostile_requests.many_ids("p"),
    "rows": lambda: hostile_requests.many_rows("run"),
}
PARSERS = {"loads", "decode", "_scan_once"}
# Of validation, for each token: thirty rules look at each node.
CALLS_PER_TOKEN = 250


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_of_too_many_values_is_refused_before_it_is_parsed(body: Callable[[], bytes]) -> None:
    raw = body()
    called = Called(lambda: read_document(raw))

    assert isinstance(called.error, TooLarge)
    assert not PARSERS & called.counts.keys()
    # Parts of the text, not values of it.
    assert called.counts.total() < 100 + len(raw) / 1000


def test_a_text_of_many_lines_is_one_value() -> None:
    raw = hostile_requests.many_rows_as_one_text("run")

    assert read_document(raw)[1]["input"]["jsonLines"].count("\n") == 500_000


def test_what_is_not_strict_is_parsed_in_python_where_it_is_long() -> None:
    """The parser in C would hold the interpreter to the end of it."""
    raw = hostile_requests.brackets_that_are_not_strict(2 * ITEMS_MAX - 10)
    raw = raw.replace(b"NaN", b'NaN,"' + b" " * 128 * 1024 + b'"')
    called = Called(lambda: read_document(raw))

    assert called.error is None
    assert called.counts["_scan_once"] > ITEMS_MAX - 10


@pytest.mark.parametrize("ids", [10_001, 480_000])
def test_ids_are_counted_before_one_is_decoded(ids: int) -> None:
    called = Called(lambda: _choice(UpdateRunsInput(project_name="p", ids=[strawberry.ID("UnVuOjAw")] * ids)))

    assert f"{ids} ids; allowed: 10000" == str(called.error)
    assert 0 == called.counts["decode_uuid"]


def _document(body: bytes) -> DocumentNode:
    query: str = orjson.loads(body)["query"]
    assert is_long(query), "it would be read on the loop"
    return parse(query, max_tokens=MAX_TOKENS)


def _operations(count: int) -> bytes:
    operations = " ".join(f"query q{number} {{ ...f }}" for number in range(count))
    return hostile_requests.body(f"{operations} fragment f on Query {{ serverInfo {{ version }} }}")


REFUSED: dict[str, Callable[[], bytes]] = {
    "introspections": hostile_requests.many_introspections,
    "nested fields": hostile_requests.nested_fields_over_and_over,
    "fragments": hostile_requests.many_fragments,
    "fewer fragments": lambda: hostile_requests.many_fragments(FRAGMENTS_MAX),
    "operations": lambda: _operations(OPERATIONS_MAX + 1),
    "one field": lambda: hostile_requests.body("{ serverInfo { " + "version " * 9900 + "} }"),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_document_that_takes_long_to_validate_is_refused_in_bounded_work(body: Callable[[], bytes]) -> None:
    document = _document(body())
    called = Called(lambda: validated(schema._schema, document))

    assert called.result
    assert {"code": "TOO_EXPENSIVE"} in [error.extensions for error in called.result]
    assert called.counts.total() < CALLS_PER_TOKEN * document.token_count + 150_000


GROWING: dict[str, Callable[[int], bytes]] = {
    "nested fields": hostile_requests.nested_fields_over_and_over,
    "fragments": hostile_requests.many_fragments,
    "aliases of one type": lambda count: hostile_requests.body(
        "{ " + " ".join(f'a{number}: __type(name: "Run") {{ name }}' for number in range(count)) + " }"
    ),
    "unknown fields": lambda count: hostile_requests.body(
        "{ " + " ".join(f"historyhistor{number}" for number in range(4 * count)) + " }"
    ),
    "variables": lambda count: hostile_requests.body(
        "query(" + " ".join(f"$v{number}: Int" for number in range(4 * count)) + ") { serverInfo { version } }"
    ),
    "arguments": lambda count: hostile_requests.body("{ " + "serverInfo(a: 1) " * 4 * count + "}"),
}


@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
def test_validation_takes_no_more_for_a_long_document_than_for_its_tokens(make: Callable[[int], bytes]) -> None:
    for count in (20, 80, 320):
        document = _document(make(count))
        called = Called(partial(validated, schema._schema, document))

        assert called.counts.total() < CALLS_PER_TOKEN * document.token_count + 150_000


def test_the_documents_of_the_client_are_valid_and_far_from_the_bound() -> None:
    assert [] == validated(schema._schema, _document(hostile_requests.many_introspections(1)))
    assert [] == validated(schema._schema, _document(hostile_requests.nested_fields_over_and_over(30)))
