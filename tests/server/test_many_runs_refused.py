"""Of many runs those stay as they are that a change would make break a rule; the others are changed."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from runfolio_server.actions.runs.added_entries import Added, that_matter
from runfolio_server.actions.runs.change import DOCUMENT_MAX_BYTES, DOCUMENT_MAX_VALUES
from tests.runs_in_bulk import SeededRun, make_project
from tests.server.statements import Statements
from tests.server.test_many_runs import runs_of, three
from tests.service import Answer, Service

UPDATE = (
    "mutation($i: UpdateRunsInput!) { updateRuns(input: $i) { count names refusedCount refused { name message } } }"
)


async def _update(service: Service, project: str, **more: Any) -> Answer:
    return await service.graphql(UPDATE, i={"projectName": project, **more})


@pytest.mark.parametrize("is_dry_run", [True, False])
@pytest.mark.parametrize("chosen", ["filters", "ids"])
async def test_a_run_that_would_get_too_many_tags_stays_and_the_others_are_changed(
    service: Service, chosen: str, is_dry_run: bool
) -> None:
    project = await three(service, f"full {chosen} {is_dry_run}")
    before = await runs_of(service, project)
    choice = {"filters": "{}"} if chosen == "filters" else {"ids": [run["id"] for run in before.values()]}
    added = [str(number) for number in range(499)]

    answer = await _update(service, project, addTags=added, notes="n", dryRun=is_dry_run, **choice)

    told = answer.data["updateRuns"]
    assert (2, {"b", "c"}, 1) == (told["count"], set(told["names"]), told["refusedCount"])
    assert [{"name": "a", "message": "501 tags; allowed: 500"}] == told["refused"]
    after = await runs_of(service, project)
    assert before["a"] == after["a"]
    assert ([], None) if is_dry_run else (added, "n") == (after["c"]["tags"], after["c"]["notes"])


async def test_a_run_whose_config_would_be_too_large_stays_and_the_others_are_changed(service: Service) -> None:
    large = SeededRun("large", {"x": "y" * 9_000_000})
    project = await make_project(service, "large config", [large, SeededRun("small", {})])

    answer = await _update(service, project, filters="{}", config=json.dumps({"z": "y" * 9_000_000}))

    told = answer.data["updateRuns"]
    assert (["small"], ["large"]) == (told["names"], [run["name"] for run in told["refused"]])
    assert "config has 18" in told["refused"][0]["message"]


@pytest.mark.parametrize(("length", "is_read"), [(100, False), (5_000_000, True)])
async def test_a_dry_run_reads_configs_only_where_they_may_be_too_large(
    service: Service, monkeypatch: pytest.MonkeyPatch, length: int, is_read: bool
) -> None:
    project = await make_project(service, f"dry {length}", [SeededRun("a", {"x": "y" * length})])
    given = {"projectName": project, "filters": "{}", "config": '{"lr": 1}', "dryRun": True}

    sent = await Statements(monkeypatch).of(service, UPDATE, i=given)

    assert is_read == ("select_configs" in sent)


def test_a_config_is_parsed_only_where_it_may_be_too_large() -> None:
    run_id = UUID(int=1)
    added = Added(DOCUMENT_MAX_BYTES // 2, 10)
    small, large = json.dumps({"x": ["y,"] * 100_000}), json.dumps({"x": "y" * (DOCUMENT_MAX_BYTES // 4)})

    assert {} == that_matter({run_id: small}, added)
    assert {run_id: large} == that_matter({run_id: large}, added)
    assert {run_id: small} == that_matter({run_id: small}, Added(0, DOCUMENT_MAX_VALUES - 1000))
