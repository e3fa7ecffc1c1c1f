"""A list costs as many statements as one item: whatever is asked of each is loaded for all at once."""

from __future__ import annotations

import pytest

from tests.server.statements import Statements
from tests.service import Service

FIELDS = (
    "id name displayName tags state config summaryMetrics systemMetrics historyLineCount eventsLineCount logLineCount"
    " historyKeys projectId readOnly createdAt heartbeatAt user { id name username entity }"
    " project { id name internalId"
    " entityName entity { id name } user { username } }"
)


@pytest.fixture(scope="module")
async def filled(service: Service) -> Service:
    for number in range(50):
        await service.start_run(f"r{number}")
        await service.log(f"ada/p/r{number}", 0, ['{"_step":0,"loss":1}'])
        await service.start_run("r", f"p{number}")
    return service


async def test_fifty_runs_cost_as_many_statements_as_one(filled: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    statements = Statements(monkeypatch)

    def query(first: int) -> str:
        return f'{{ project(name: "p") {{ runs(first: {first}) {{ totalCount edges {{ node {{ {FIELDS} }} }} }} }} }}'

    one, fifty = [await statements.of(filled, query(first)) for first in (1, 50)]

    assert one == fifty
    assert len(one) == len(set(one))
    assert len(one) < 12


async def test_fifty_projects_cost_as_many_statements_as_two(filled: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    statements = Statements(monkeypatch)
    fields = "id name entityName entity { id name } user { id username entity }"

    two, fifty = [
        await statements.of(filled, f"{{ projects(first: {first}) {{ edges {{ node {{ {fields} }} }} }} }}")
        for first in (2, 50)
    ]

    assert two == fifty
    assert len(two) < 6


async def test_what_is_not_selected_costs_nothing(filled: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    statements = Statements(monkeypatch)

    bare, counted = [
        await statements.of(filled, f'{{ project(name: "p") {{ runs(first: 5) {{ {fields} }} }} }}')
        for fields in ("edges { node { id name state config } }", "totalCount edges { node { id } }")
    ]

    assert ["select_project_by_name", "select_runs_page"] == bare
    assert ["count_runs", "select_project_by_name", "select_runs_page"] == counted


async def test_a_page_of_files_is_one_statement(filled: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    statements = Statements(monkeypatch)

    names = await statements.of(
        filled, '{ project(name: "p") { run(name: "r0") { files { edges { node { id name directUrl url } } } } } }'
    )

    assert ["select_project_by_name", "select_run_by_name", "select_run_files_page"] == names
