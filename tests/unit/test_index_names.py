"""Names of indexes on demand and of the fields they are for: one spelling each, and nothing a user can bend."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.errors import AppError
from runfolio_server.filters.language.fields import Document, JsonField
from runfolio_server.filters.run_fields import CONFIG, SUMMARY
from runfolio_server.filters.sql.index_sql import (
    FIELD_MAX_BYTES,
    drop_statement,
    field_name,
    indexed_field,
    order_index,
)
from tests.filter_strategies import DOCUMENT_FIELDS
from tests.run_language import find_field, parse_order


@pytest.mark.parametrize("name", DOCUMENT_FIELDS)
def test_the_remembered_name_is_the_same_field(name: str) -> None:
    field = find_field(name, "order")
    assert isinstance(field, JsonField)

    remembered = field_name(field)

    assert remembered is not None
    assert field == find_field(remembered, "order")


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4), st.sampled_from((CONFIG, SUMMARY)))
def test_any_path_is_remembered_as_itself(path: list[str], document: Document) -> None:
    field = JsonField(document, (tuple(path),))

    remembered = field_name(field) if all("\0" not in part for part in path) else None

    if remembered is not None:
        assert field == find_field(remembered, "order")
        assert re.fullmatch(r"run_order_7_[0-9a-f]{16}", order_index(7, remembered).name)


@pytest.mark.parametrize("order", ["+created_at", "-name", "tags.a", "-summary_metrics.a,name", "config." + "é" * 101])
def test_an_order_that_is_not_by_one_short_key_of_a_document_has_no_index(order: str) -> None:
    assert indexed_field(parse_order(order)) is None


def test_spellings_of_one_field_share_an_index() -> None:
    spellings = ("-summary_metrics.a.b", "+summary.a.b", "summaryMetrics.a.b")

    assert {"summary_metrics.a.b"} == {indexed_field(parse_order(order)) for order in spellings}


def test_another_project_and_another_key_have_another_index() -> None:
    made = [
        order_index(project, field)
        for project in (1, 2)
        for field in ("config.a", "summary_metrics.a", 'config["a.b"]')
    ]

    assert len(made) == len({index.name for index in made})
    assert all(len(index.name) < 64 for index in made)
    assert FIELD_MAX_BYTES * 50 < 100_000


def test_what_is_not_in_a_document_has_no_index_on_demand() -> None:
    with pytest.raises(AppError, match="not indexed on demand"):
        order_index(1, "name")


@pytest.mark.parametrize(
    "name", ["runs_pkey", "run_order_", "run_order_1; DROP TABLE runs", 'run_order_"', "run_order_É"]
)
def test_no_other_index_is_ever_dropped(name: str) -> None:
    with pytest.raises(ValueError, match="no index on demand"):
        drop_statement(name)
