"""Edits of config, summary and tags, carried over to what the server has by now."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from runfolio._core.run_edits import RunEdits
from runfolio._generated import RunFields


def fields(**changed: Any) -> RunFields:
    """A run as the server sends it."""
    every = dict.fromkeys(field.alias or name for name, field in RunFields.model_fields.items())
    plain = {
        "id": "x",
        "name": "r1",
        "displayName": "sunny-day-1",
        "state": "running",
        "tags": ["old", "keep"],
        "config": json.dumps({"lr": {"value": 0.1, "desc": "rate"}, "n": {"value": 2}, "_wandb": {"value": {"t": 1}}}),
        "summaryMetrics": '{"loss": 1.5, "bad": NaN}',
        "stopRequested": False,
        **dict.fromkeys(("createdAt", "updatedAt", "heartbeatAt"), "2026-01-01T00:00:00+00:00"),
    }
    return RunFields.model_validate({**every, **plain, **changed})


def test_looking_changes_nothing() -> None:
    edits = RunEdits(fields())

    assert math.isnan(edits.summary["bad"])
    assert {"lr": 0.1, "n": 2} == edits.config
    assert not edits.is_any


def test_setting_what_is_there_already_changes_nothing() -> None:
    edits = RunEdits(fields())
    edits.set_text("display_name", "sunny-day-1")
    edits.tags = ["old", "keep"]
    edits.config = {"lr": 0.1, "n": 2}

    assert {} == edits.change(fields())


def test_only_edited_fields_are_sent() -> None:
    edits = RunEdits(fields())
    edits.set_text("notes", "better")
    edits.set_text("job_type", None)

    assert {"notes": "better"} == edits.change(fields())


def test_a_changed_entry_keeps_its_description_and_the_entries_of_the_sdk() -> None:
    edits = RunEdits(fields())
    edits.config["lr"] = 0.2

    change = edits.change(fields())

    assert ["config"] == list(change)
    assert {
        "lr": {"value": 0.2, "desc": "rate"},
        "n": {"value": 2},
        "_wandb": {"value": {"t": 1}},
    } == json.loads(change["config"])


def test_what_others_changed_meanwhile_stays() -> None:
    edits = RunEdits(fields())
    edits.config["mine"] = [1]
    del edits.config["n"]
    edits.summary["loss"] = 1
    edits.tags.append("new")
    edits.tags.remove("old")
    newest = fields(
        tags=["old", "keep", "theirs"],
        config='{"lr":{"value":0.5},"n":{"value":2},"theirs":{"value":true}}',
        summaryMetrics='{"loss":1.5,"step":9}',
    )

    change = edits.change(newest)

    assert {"lr": {"value": 0.5}, "theirs": {"value": True}, "mine": {"value": [1]}} == json.loads(change["config"])
    assert '{"loss":1,"step":9}' == change["summaryMetrics"]
    assert ["keep", "theirs", "new"] == change["tags"]


def test_an_integer_and_its_float_are_two_values() -> None:
    edits = RunEdits(fields())
    edits.config["n"] = 2.0

    assert '"n":{"value":2.0}' in edits.change(fields())["config"]


def test_edits_survive_news_from_the_server() -> None:
    edits = RunEdits(fields())
    edits.set_text("notes", "mine")
    edits.config["lr"] = 0.3

    moved = edits.onto(fields(state="finished", config='{"lr":{"value":0.1},"k":{"value":1}}'))

    assert {"lr": 0.3, "k": 1} == moved.config
    assert "mine" == moved.text("notes")


def test_numbers_of_numpy_count_as_numbers() -> None:
    numpy = pytest.importorskip("numpy")
    edits = RunEdits(fields())
    edits.summary["best"] = numpy.float32(0.5)

    assert '"best":0.5' in edits.change(fields())["summaryMetrics"]


def test_a_value_that_is_no_json_is_named() -> None:
    edits = RunEdits(fields())
    edits.config["when"] = object()

    with pytest.raises(TypeError, match="object is not a JSON value"):
        edits.change(fields())


def test_tags_are_not_taken_from_a_lone_text() -> None:
    edits = RunEdits(fields())

    with pytest.raises(TypeError, match="list of str"):
        edits.tags = "new"
