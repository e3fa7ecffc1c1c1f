"""What a front-end offers for filters: the fields there are, and keys found by what somebody types."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio_server.domain.run_state import RunState
from tests.runs_in_bulk import SeededRun, make_project
from tests.server.test_run_facets import keys_of
from tests.service import Service


@pytest.fixture(scope="module")
async def project(service: Service) -> str:
    config: dict[str, Any] = {"lr": 1, "Lr": 2, "listed": [], "opt": {"deep": {"er": 1}}, "50%_done": 1}
    return await make_project(service, "offered", [SeededRun("r", config | {"***:": 1, "a*b": 1, "path\\to": 1})])


@pytest.mark.parametrize(
    ("search", "choice", "expected"),
    [
        ("LR", {"c": False}, ["Lr", "lr"]),
        ("l", {"c": False}, ["Lr", "listed", "lr"]),
        ("opter", {"z": True}, ["opt.deep.er"]),
        ("OPTER", {"z": True}, []),
        ("OPTER", {"z": True, "c": False}, ["opt.deep.er"]),
        ("%_", {"z": True}, ["50%_done"]),
        ("*.*", {"z": True}, []),
        ("p\\t", {"z": True}, ["path\\to"]),
        ("***:", {"c": False}, ["***:"]),
    ],
    ids=str,
)
async def test_a_search_for_keys_leaves_out_case_or_what_is_between_by_choice(
    service: Service, project: str, search: str, choice: dict[str, bool], expected: list[str]
) -> None:
    found = await keys_of(service, project, "CONFIG", s=search, **choice)

    assert expected == list(dict.fromkeys(key for key, _, _ in found))


async def test_the_fields_of_filters_are_told_with_what_may_stand_under_them(service: Service, project: str) -> None:
    query = "query($p: String) { project(name: $p) { runFields { name aliases type operators values isSortable } } }"
    answer = await service.graphql(query, p=project)
    found = {field["name"]: field for field in answer.data["project"]["runFields"]}

    assert ["group_name"] == found["group"]["aliases"]
    assert [state.value for state in RunState] == found["state"]["values"]
    assert {"TEXT", "TAGS", "TIME", "NUMBER", "BOOLEAN", "JSON", "PRESENCE"} == {f["type"] for f in found.values()}
    assert "$regex" not in found["created_at"]["operators"]
    assert not found["input_artifacts"]["isSortable"]
    assert {"config.<key>", "summary_metrics.<key>", "tags.<tag>", "keys_info.keys.<key>"} < set(found)
