"""What a dotted name means: the same in memory, in the paths of a statement, and in what is printed."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain.document_columns import summary_columns
from runfolio_server.domain.dotted_key import PARTS_MAX, find, has, spelled, splittings, value_at
from runfolio_server.filters.language.fields import JsonField
from tests.run_language import find_field, parse_order

KEYS = ("a", "b", "a.b", "b.a", "", ".", "0", "a,b", "a ")
documents = st.recursive(
    st.integers(0, 3),
    lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
).map(lambda value: value if isinstance(value, dict) else {"a": value})
names = st.lists(st.sampled_from(("a", "b", "", "0", "-1")), min_size=1, max_size=6).map(".".join)


@given(documents, names)
def test_the_first_of_all_splittings_that_is_there_is_found(document: dict[str, Any], name: str) -> None:
    there = [found for path in splittings(name.split(".")) if (found := _at(document, path)) is not None]

    assert next(iter(there), None) == find(document, name, enters_lists=True)


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.removeprefix("-").isdigit() and -len(value) <= int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_each_set_of_dots_that_belong_to_keys_is_one_splitting(count: int) -> None:
    parts = list("abcdefgh"[:count])
    every = {
        tuple("".join(parts[:1] + [dot + part for dot, part in zip(dots, parts[1:], strict=True)]).split("/"))
        for dots in itertools.product("./", repeat=count - 1)
    }

    assert every == set(splittings(parts))
    assert 2 ** (count - 1) == len(list(splittings(parts)))


def test_a_history_enters_no_lists() -> None:
    row = {"a": [1, {"b": 2}], "c": None}

    assert not has(row, "a.0")
    assert has(row, "c")
    assert 2 == find(row, "a.1.b", enters_lists=True)


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=5), min_size=1, max_size=8))
def test_what_is_spelled_is_read_back_as_a_field_and_in_an_order(path: list[str]) -> None:
    name = "summary" + spelled(path)
    (key,) = parse_order(f" -{name} ").keys

    assert find_field(name, "") == key.field
    assert value_at({}, path) is None
    assert tuple(path) in _paths(key.field)


def _paths(field: object) -> set[tuple[str, ...]]:
    assert isinstance(field, JsonField)
    return {*field.paths, *(path for parts in field.names for path in splittings(parts))}


@given(documents)
def test_a_column_has_what_its_name_finds(document: dict[str, Any]) -> None:
    for name, (cell,) in summary_columns([document]).items():
        (found,) = {str(value_at(document, path)) for path in list(_first_found(document, name))[:1]}

        assert str(cell) == found


def _first_found(document: dict[str, Any], name: str) -> list[tuple[str, ...]]:
    field = find_field(name, "")
    assert isinstance(field, JsonField)
    paths = [*field.paths, *(path for parts in field.names for path in splittings(parts))]
    return [path for path in paths if _at(document, path) is not None]


def test_more_dots_than_a_name_may_have_are_printed_in_brackets() -> None:
    assert spelled(["a"] * PARTS_MAX).startswith(".a.a")
    assert spelled(["a" * 3, ".".join("b" * PARTS_MAX)]).startswith('["aaa"]["b.b')


def test_a_name_of_five_parts_has_all_of_its_paths_in_a_statement_and_a_longer_one_the_first() -> None:
    five, six = find_field("summary.a.b.c.d.e", ""), find_field("config.a.b.c.value.e.f", "")

    assert isinstance(five, JsonField)
    assert isinstance(six, JsonField)
    assert (16, ()) == (len(set(five.paths)), five.names)
    assert ("a", "b", "c", "value", "e", "f") == six.paths[-1]
    assert six.names == (("a", "b", "c", "value", "e", "f"), ("a", "b", "c", "e", "f"))


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("config.a.b.c", ["a.b.c", "a/b.c", "a/b/c", "a.b/c"]),
        ("config.a.value.b", ["a.value.b", "a/value.b", "a/value/b", "a.value/b", "a.b", "a/b"]),
        ("config.a.b.value", ["a.b.value", "a/b.value", "a/b/value", "a.b/value", "a.b", "a/b"]),
    ],
)
def test_a_statement_looks_for_these_paths_in_this_order(name: str, paths: list[str]) -> None:
    field = find_field(name, "")

    assert isinstance(field, JsonField)
    assert paths == ["/".join(path) for path in field.paths]
