"""The states of a run."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from runfolio_server.domain.run_state import RunState, state_after_exit


@pytest.mark.parametrize(
    ("exit_code", "state"),
    [(0, "finished"), (1, "failed"), (3, "failed"), (254, "failed"), (255, "killed"), (256, "failed"), (-9, "failed")],
)
def test_the_exit_code_says_how_a_run_ended(exit_code: int, state: str) -> None:
    assert state == state_after_exit(exit_code).value


def test_the_database_allows_exactly_these_states() -> None:
    tables = resources.files("runfolio_schema").joinpath("tables.sql").read_text(encoding="utf-8")
    check = re.search(r"runs_state_check CHECK \(\s*state IN \(([^)]*)\)", tables)
    assert check is not None

    assert [state.value for state in RunState] == re.findall(r"'([a-z]+)'", check[1])


def test_the_schema_names_every_state() -> None:
    sdl = resources.files("runfolio_schema").joinpath("schema.graphql").read_text(encoding="utf-8")
    described = re.search(r'"""([^"]*)"""\s+state: String!', sdl)
    assert described is not None

    assert {state.value for state in RunState} == set(re.findall(r"[a-z]+", described[1])) - {"or"}
